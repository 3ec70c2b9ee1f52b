import { memo } from "react";
import { Link } from "wouter";
import type { RunSummary } from "../../projections/run-summary.js";
import { scopeAddress, workflowAddress } from "../app/address.js";
import { Progress } from "../parts/progress.js";
import { Status } from "../parts/status.js";
import { visibleText } from "../parts/visible-text.js";
import { Duration, Moment } from "../parts/times.js";

const SKELETON_ROWS = 8;

/** A page of runs, a row each. */
export function RunsTable({
  runs,
  isLoading,
  ofOneWorkflow = false,
}: {
  runs: readonly RunSummary[];
  isLoading: boolean;
  /** Which is known to whoever reads them. */
  ofOneWorkflow?: boolean;
}) {
  return (
    <table className="runs-table" aria-busy={isLoading}>
      <thead>
        <tr>
          <th scope="col" className="runs-status">
            Status
          </th>
          <th scope="col">Run</th>
          {!ofOneWorkflow && (
            <th scope="col" className="runs-workflow">
              Workflow
            </th>
          )}
          <th scope="col" className="runs-progress">
            Progress
          </th>
          <th scope="col" className="runs-duration number">
            Duration
          </th>
          <th scope="col" className="runs-started">
            Started
          </th>
        </tr>
      </thead>
      <tbody>
        {runs.length === 0
          ? Array.from({ length: SKELETON_ROWS }, (_, i) => (
              <tr key={i} className="runs-skeleton" aria-hidden>
                <td colSpan={ofOneWorkflow ? 5 : 6} />
              </tr>
            ))
          : runs.map((run) => <Row key={run.scope} run={run} ofOneWorkflow={ofOneWorkflow} />)}
      </tbody>
    </table>
  );
}

const Row = memo(function Row({ run, ofOneWorkflow }: { run: RunSummary; ofOneWorkflow: boolean }) {
  const { scope, runId, name, workflowId, status, percentage, error } = run;
  return (
    <tr data-run={runId}>
      <td className="runs-status">
        <Status status={status} />
      </td>
      <td className="runs-name">
        <Link href={scopeAddress(scope)} className="cut" data-shortcut="row">
          <bdi>{visibleText(name ?? runId)}</bdi>
        </Link>
        <span className="runs-sub cut">
          {name !== null && <span className="mono">{runId}</span>}
          {error?.message && (
            <span className="runs-failure" title={visibleText(error.message)}>
              <bdi>{visibleText(error.message)}</bdi>
            </span>
          )}
        </span>
      </td>
      {!ofOneWorkflow && (
        <td className="runs-workflow">
          {workflowId === null ? (
            <span className="muted">–</span>
          ) : (
            <Link href={workflowAddress(workflowId)} className="runs-workflow-link cut">
              <bdi>{visibleText(workflowId)}</bdi>
            </Link>
          )}
        </td>
      )}
      <td className="runs-progress">
        <Progress value={percentage} status={status} />
      </td>
      <td className="runs-duration number">
        <Duration {...run} />
      </td>
      <td className="runs-started">
        <Moment at={run.startedAt ?? run.createdAt} />
      </td>
    </tr>
  );
});

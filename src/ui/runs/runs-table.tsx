import { memo } from "react";
import { Link } from "wouter";
import type { RunSummary } from "../../projections/run-summary.js";
import { scopeAddress } from "../app/address.js";
import type { Query } from "../app/query.js";
import { Progress } from "../parts/progress.js";
import { Status } from "../parts/status.js";
import { visibleText } from "../parts/visible-text.js";
import { Duration, Moment } from "../parts/times.js";

const SKELETON_ROWS = 8;

/** A page of runs, a row each. */
export function RunsTable({
  runs,
  isLoading,
  query,
}: {
  runs: readonly RunSummary[];
  isLoading: boolean;
  query: Query;
}) {
  return (
    <table className="runs-table" aria-busy={isLoading}>
      <thead>
        <tr>
          <th scope="col">Status</th>
          <th scope="col">Run</th>
          <th scope="col">Workflow</th>
          <th scope="col">Progress</th>
          <th scope="col" className="number">
            Duration
          </th>
          <th scope="col">Started</th>
        </tr>
      </thead>
      <tbody>
        {runs.length === 0
          ? Array.from({ length: SKELETON_ROWS }, (_, i) => (
              <tr key={i} className="runs-skeleton" aria-hidden>
                <td colSpan={6} />
              </tr>
            ))
          : runs.map((run) => <Row key={run.scope} run={run} setQuery={query.set} />)}
      </tbody>
    </table>
  );
}

const Row = memo(function Row({ run, setQuery }: { run: RunSummary; setQuery: Query["set"] }) {
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
      <td className="runs-workflow">
        {workflowId === null ? (
          <span className="muted">–</span>
        ) : (
          <button
            className="runs-workflow-button cut"
            title={`Only runs of ${visibleText(workflowId)}`}
            onClick={() => {
              setQuery({ workflow: workflowId, after: undefined }, "push");
            }}
          >
            <bdi>{visibleText(workflowId)}</bdi>
          </button>
        )}
      </td>
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

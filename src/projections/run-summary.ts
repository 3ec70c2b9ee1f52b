import type { Failure } from "./failures.js";
import type { ScopeState } from "./scope-state.js";
import type { Status } from "./status.js";

/** A run in brief, by its own events. */
export interface RunSummary {
  scope: string;
  runId: string;
  workflowId: string | null;
  name: string | null;
  status: Status | null;
  percentage: number | null;
  createdAt: string | null;
  startedAt: string | null;
  endedAt: string | null;
  durationMs: number | null;
  error: Failure | null;
  firstSequence: number | null;
  lastSequence: number | null;
}

/** What matters of a run in a list of them. */
export function runSummaryOf(state: ScopeState): RunSummary {
  const { scope, about } = state;
  return {
    scope,
    runId: scope.slice(scope.lastIndexOf("/") + 1),
    workflowId: textOf(about.workflowId),
    name: textOf(about.name),
    status: state.status,
    percentage: state.percentage,
    createdAt: state.createdAt,
    startedAt: state.startedAt,
    endedAt: state.endedAt,
    durationMs: state.durationMs,
    error: state.error,
    firstSequence: state.firstSequence,
    lastSequence: state.lastSequence,
  };
}

function textOf(value: string | number | undefined): string | null {
  return value === undefined ? null : String(value);
}

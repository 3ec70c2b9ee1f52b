import { STATUSES, type Status } from "../projections/status.js";
import type { ReadDatabase } from "./database.js";

/** Which runs are counted: those that were created within a time. Times are RFC 3339, UTC. */
export interface StatsRequest {
  workflowId?: string | undefined;
  since: string;
  until: string;
}

/** The runs of one workflow. */
export interface WorkflowStats {
  /** Null: runs that name none. */
  workflowId: string | null;
  runs: number;
  /** `unknown`: no event has told. */
  byStatus: Record<Status | "unknown", number>;
  /** Of the runs that have ended and told how long they took: the median, and what 95 of 100 stay below. */
  durationMs: { p50: number | null; p95: number | null };
  /** Of the runs that have ended, the share that failed or timed out. */
  errorRate: number | null;
  /** Of the runs and everything below them, over the time that is asked for. */
  eventsPerMinute: number;
}

export interface Stats {
  /** The workflow with most runs first. */
  workflows: WorkflowStats[];
  /** Not all runs are counted: only the newest of them. */
  isCut: boolean;
}

/** More runs are not counted: the newest are. */
const MAX_RUNS = 100_000;

interface Row {
  workflowId: string | null;
  status: Status | null;
  durationMs: number | null;
  events: number;
}

/** Counts runs by workflow. */
export function readStats(
  db: ReadDatabase,
  tenant: string,
  { workflowId, since, until }: StatsRequest,
): Stats {
  const rows = db
    .prepare<unknown[], Row>(
      `SELECT workflow_id AS workflowId, status, duration_ms AS durationMs,
              (SELECT sum(below.events) FROM scopes AS below WHERE below.root = run.key) AS events
       FROM scopes AS run
       WHERE tenant = ? AND kind = 'runs' AND created_at >= ? AND created_at < ?
         ${workflowId === undefined ? "" : "AND workflow_id = ?"}
       ORDER BY first_sequence DESC LIMIT ${MAX_RUNS + 1}`,
    )
    .all(tenant, since, until, ...(workflowId === undefined ? [] : [workflowId]));
  const minutes = (Date.parse(until) - Date.parse(since)) / 60_000;
  const byWorkflow = new Map<string | null, Row[]>();
  for (const row of rows.slice(0, MAX_RUNS)) {
    const runs = byWorkflow.get(row.workflowId);
    if (runs) runs.push(row);
    else byWorkflow.set(row.workflowId, [row]);
  }
  const workflows = [...byWorkflow].map(([id, runs]) => statsOf(id, runs, minutes));
  workflows.sort((one, other) => other.runs - one.runs);
  return { workflows, isCut: rows.length > MAX_RUNS };
}

function statsOf(workflowId: string | null, runs: readonly Row[], minutes: number): WorkflowStats {
  const names = [...STATUSES, "unknown"] as const;
  const byStatus = Object.fromEntries(names.map((name) => [name, 0])) as WorkflowStats["byStatus"];
  for (const { status } of runs) byStatus[status ?? "unknown"]++;
  const failed = byStatus.failed + byStatus.timed_out;
  const ended = failed + byStatus.completed + byStatus.canceled;
  const durations = runs
    .flatMap(({ durationMs }) => durationMs ?? [])
    .sort((one, other) => one - other);
  const events = runs.reduce((sum, run) => sum + run.events, 0);
  return {
    workflowId,
    runs: runs.length,
    byStatus,
    durationMs: { p50: quantile(durations, 0.5), p95: quantile(durations, 0.95) },
    errorRate: ended === 0 ? null : failed / ended,
    eventsPerMinute: minutes > 0 ? events / minutes : 0,
  };
}

/** By the nearest rank. */
function quantile(sorted: readonly number[], share: number): number | null {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? null;
}

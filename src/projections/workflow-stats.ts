import { STATUSES, type Status } from "./status.js";

/** A run, as far as it counts here. */
export interface CountedRun {
  /** Null: no event has told. */
  status: Status | null;
  /** Null: it has not ended. */
  durationMs: number | null;
}

/** What runs add up to. */
export interface RunCounts {
  runs: number;
  /** `unknown`: no event has told. */
  byStatus: Record<Status | "unknown", number>;
  /** Of the runs that have ended and told how long they took: the median, and what 95 of 100 stay below. */
  durationMs: { p50: number | null; p95: number | null };
  /** Of the runs that have ended, the share that failed or timed out. */
  errorRate: number | null;
}

/** The runs that were created within a part of the time. Times are RFC 3339, UTC. */
export interface StatsBucket extends RunCounts {
  since: string;
  until: string;
}

/** A run among those that were counted. */
export interface StatsPoint extends CountedRun {
  scope: string;
  createdAt: string;
}

/** The runs of one workflow. */
export interface WorkflowStats extends RunCounts {
  /** Null: runs that name none. */
  workflowId: string | null;
  /** Of the runs and everything below them, over the time that is asked for. */
  eventsPerMinute: number;
  /** The time in equal parts, the earliest first; where they are asked for. */
  buckets?: StatsBucket[];
  /** The newest of the runs, newest first; where they are asked for. */
  points?: StatsPoint[];
}

/** Adds runs up. */
export function countRuns(runs: readonly CountedRun[]): RunCounts {
  const names = [...STATUSES, "unknown"] as const;
  const byStatus = Object.fromEntries(names.map((name) => [name, 0])) as RunCounts["byStatus"];
  for (const { status } of runs) byStatus[status ?? "unknown"]++;
  const failed = byStatus.failed + byStatus.timed_out;
  const ended = failed + byStatus.completed + byStatus.canceled;
  const durations = runs
    .flatMap(({ durationMs }) => durationMs ?? [])
    .sort((one, other) => one - other);
  return {
    runs: runs.length,
    byStatus,
    durationMs: { p50: quantile(durations, 0.5), p95: quantile(durations, 0.95) },
    errorRate: ended === 0 ? null : failed / ended,
  };
}

/** By the nearest rank. */
function quantile(sorted: readonly number[], share: number): number | null {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? null;
}

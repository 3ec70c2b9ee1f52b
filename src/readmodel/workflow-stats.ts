import {
  countRuns,
  type CountedRun,
  type StatsBucket,
  type WorkflowStats,
} from "../projections/workflow-stats.js";
import type { ReadDatabase } from "./database.js";

/** Which runs are counted: those that were created within a time. Times are RFC 3339, UTC. */
export interface StatsRequest {
  workflowId?: string | undefined;
  since: string;
  until: string;
  /** Counts them once more for each of so many equal parts of the time. */
  buckets?: number | undefined;
  /** Lists so many of them, the newest. */
  points?: number | undefined;
}

export interface Stats {
  /** The workflow with most runs first. */
  workflows: WorkflowStats[];
  /** Not all runs are counted: only the newest of them. */
  isCut: boolean;
}

/** More runs are not counted: the newest are. */
const MAX_RUNS = 100_000;

interface Row extends CountedRun {
  scope: string;
  workflowId: string | null;
  createdAt: string;
  events: number;
}

/** Counts runs by workflow. */
export function readStats(db: ReadDatabase, tenant: string, request: StatsRequest): Stats {
  const { workflowId, since, until } = request;
  const rows = db
    .prepare<unknown[], Row>(
      `SELECT keys.name AS scope, workflow_id AS workflowId, status, created_at AS createdAt,
              duration_ms AS durationMs,
              (SELECT sum(below.events) FROM scopes AS below WHERE below.root = run.key) AS events
       FROM scopes AS run JOIN keys ON keys.id = run.key
       WHERE run.tenant = ? AND kind = 'runs' AND created_at >= ? AND created_at < ?
         ${workflowId === undefined ? "" : "AND workflow_id = ?"}
       ORDER BY first_sequence DESC LIMIT ${MAX_RUNS + 1}`,
    )
    .all(tenant, since, until, ...(workflowId === undefined ? [] : [workflowId]));
  const byWorkflow = new Map<string | null, Row[]>();
  for (const row of rows.slice(0, MAX_RUNS)) {
    const runs = byWorkflow.get(row.workflowId);
    if (runs) runs.push(row);
    else byWorkflow.set(row.workflowId, [row]);
  }
  const workflows = [...byWorkflow].map(([id, runs]) => statsOf(id, runs, request));
  workflows.sort((one, other) => other.runs - one.runs);
  return { workflows, isCut: rows.length > MAX_RUNS };
}

function statsOf(
  workflowId: string | null,
  runs: readonly Row[],
  { since, until, buckets, points }: StatsRequest,
): WorkflowStats {
  const minutes = (Date.parse(until) - Date.parse(since)) / 60_000;
  const events = runs.reduce((sum, run) => sum + run.events, 0);
  return {
    workflowId,
    ...countRuns(runs),
    eventsPerMinute: minutes > 0 ? events / minutes : 0,
    ...(buckets !== undefined && { buckets: bucketsOf(runs, since, until, buckets) }),
    ...(points !== undefined && {
      points: runs.slice(0, points).map(({ scope, status, createdAt, durationMs }) => {
        return { scope, status, createdAt, durationMs };
      }),
    }),
  };
}

/** A run is in the part of the time in which it was created. */
function bucketsOf(
  runs: readonly Row[],
  since: string,
  until: string,
  count: number,
): StatsBucket[] {
  const begin = Date.parse(since);
  const end = Date.parse(until);
  // In whole milliseconds, as times are: else a run could be outside of the times that its part says.
  const edges = Array.from({ length: count + 1 }, (_, i) =>
    Math.round(begin + ((end - begin) * i) / count),
  );
  const parts: Row[][] = edges.slice(1).map(() => []);
  for (const run of runs) {
    const at = Date.parse(run.createdAt);
    parts[edges.findLastIndex((edge) => edge <= at)]?.push(run);
  }
  return parts.map((part, i) => ({
    since: new Date(edges[i] ?? begin).toISOString(),
    until: new Date(edges[i + 1] ?? end).toISOString(),
    ...countRuns(part),
  }));
}

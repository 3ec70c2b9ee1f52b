import type { WorkflowStats } from "../projections/workflow-stats.js";
import { addressOf, type ConnectionOptions } from "./connection.js";
import { fetchJson } from "./fetch-json.js";
import type { FetchOptions } from "./state.js";

/** Which runs are counted. Each member that is there must be met. */
export interface StatsQuery extends FetchOptions {
  workflowId?: string | undefined;
  /** Created then or later; RFC 3339. By default a day before `until`. */
  since?: string | undefined;
  /** Created before; RFC 3339. By default now. */
  until?: string | undefined;
  /** With `workflowId`: counted also for each of so many equal parts of the time, 1 to 200. */
  buckets?: number | undefined;
  /** With `workflowId`: so many of the runs are listed, the newest, 1 to 1,000. */
  points?: number | undefined;
}

/** Runs, counted by workflow, the one with most runs first. */
export interface Stats {
  since: string;
  until: string;
  workflows: WorkflowStats[];
  /** There are more runs than were counted. */
  isCut: boolean;
}

/**
 * Runs, counted by workflow.
 *
 * @throws RequestRefusedError `bad-parameter`, `bad-cursor`
 * @throws UnavailableError, ProtocolError
 */
export async function fetchStats(
  connection: ConnectionOptions,
  { signal, onTrouble, ...query }: StatsQuery = {},
): Promise<Stats> {
  const address = addressOf(connection, "", "stats", { ...query });
  return (await fetchJson(connection, address, { signal, onTrouble })) as Stats;
}

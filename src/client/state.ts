import type { RunSummary } from "../projections/run-summary.js";
import type { Status } from "../projections/status.js";
import type { TimelineState } from "../projections/timeline-state.js";
import { addressOf, type ConnectionOptions } from "./connection.js";
import { fetchJson, type AskOptions } from "./fetch-json.js";

/** What a scope and everything below it add up to, and the cursor up to which everything is in it. */
export type StateAsOf = TimelineState & { asOf: string };

export interface FetchOptions extends AskOptions {
  /** A cursor that the answer must include; the server waits for a while until it can. */
  consistent?: string | undefined;
}

/** Which runs. Each member that is there must be met. */
export interface RunsQuery extends FetchOptions {
  status?: readonly Status[] | undefined;
  workflowId?: string | undefined;
  /** Created then or later; RFC 3339. */
  since?: string | undefined;
  /** Created before; RFC 3339. */
  until?: string | undefined;
  /** In the run's id, name or workflow. */
  q?: string | undefined;
  /** 1 to 1,000; 100 by default. */
  limit?: number | undefined;
  /** `next` of the page before. */
  after?: string | undefined;
}

/** Some runs, newest first. */
export interface RunsPage {
  runs: RunSummary[];
  /** Null: there are no more. */
  next: string | null;
}

/**
 * The state of a scope, now or as of a cursor.
 *
 * @throws RequestRefusedError `not-found` where it has no event (up to there), `bad-cursor`, `cursor-ahead`
 * @throws UnavailableError, ProtocolError
 */
export async function fetchState(
  connection: ConnectionOptions,
  scope: string,
  { at, consistent, ...options }: FetchOptions & { at?: string | undefined } = {},
): Promise<StateAsOf> {
  const address = addressOf(connection, scope, undefined, { at, consistent });
  return (await fetchJson(connection, address, options)) as StateAsOf;
}

/**
 * A page of runs.
 *
 * @throws RequestRefusedError `bad-parameter`, `bad-cursor`
 * @throws UnavailableError, ProtocolError
 */
export async function fetchRuns(
  connection: ConnectionOptions,
  { signal, onTrouble, status, ...rest }: RunsQuery = {},
): Promise<RunsPage> {
  const address = addressOf(connection, "", "runs", { ...rest, status: status?.join(",") });
  return (await fetchJson(connection, address, { signal, onTrouble })) as RunsPage;
}

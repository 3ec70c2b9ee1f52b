import type { LogEntry, LogLevel } from "../envelope/catalogue/log-entry.js";
import { addressOf, type ConnectionOptions } from "./connection.js";
import { fetchJson } from "./fetch-json.js";
import type { FetchOptions } from "./state.js";

/** Which log entries. Each member that is there must be met. */
export interface LogsQuery extends FetchOptions {
  /** Words that must all be there, `"in a row"`, `begin*`, `-without`, `this OR that`. */
  q?: string | undefined;
  /** At least this serious. */
  level?: LogLevel | undefined;
  category?: "business" | "technical" | undefined;
  nodeId?: string | undefined;
  stream?: "stdout" | "stderr" | undefined;
  milestone?: boolean | undefined;
  /** Of `displayPriority`, 1 to 10. */
  minPriority?: number | undefined;
  maxPriority?: number | undefined;
  /** Recorded then or later; RFC 3339. */
  since?: string | undefined;
  /** Recorded before; RFC 3339. */
  until?: string | undefined;
  /** `desc`: the newest first. Default: `asc`. */
  order?: "asc" | "desc" | undefined;
  /** 1 to 1,000; 100 by default. */
  limit?: number | undefined;
  /** `pagination.next` of the page before. */
  after?: string | undefined;
  /** Lines that are passed over. */
  offset?: number | undefined;
}

/** A log entry, by itself. */
export interface LogLine extends LogEntry {
  /** Where to go on, as `after`. */
  cursor: string;
  /** Of the event that it is in. */
  sequence: number;
  /** Its place in the event, from 0. */
  entry: number;
  recordedAt: string;
  scope: string;
  correlationId: string;
  /** Of a search: a part of the text, and the places in it (UTF-16 code units) at which something was found. */
  snippet?: { text: string; matches: [start: number, end: number][] };
}

export interface LogsPage {
  /** The last id of the scope's path; null: of everything. */
  executionId: string | null;
  logs: LogLine[];
  totalCount: number;
  /** False: there are at least so many. */
  totalIsExact: boolean;
  pagination: { limit: number; offset: number; hasMore: boolean; next: string | null };
}

/**
 * A page of the log entries of a timeline.
 *
 * @param path a scope, `correlations/<id>`, or empty: everything
 * @throws RequestRefusedError `bad-scope`, `bad-parameter`, `bad-cursor`
 * @throws UnavailableError, ProtocolError
 */
export async function fetchLogs(
  connection: ConnectionOptions,
  path: string,
  { signal, onTrouble, milestone, ...rest }: LogsQuery = {},
): Promise<LogsPage> {
  const given = { ...rest, milestone: milestone === true ? "1" : undefined };
  const address = addressOf(connection, path, "logs", given);
  return (await fetchJson(connection, address, { signal, onTrouble })) as LogsPage;
}

/** The pages of {@link fetchLogs}, one after the other, until there are so many lines or no more. */
export async function* logPages(
  connection: ConnectionOptions,
  path: string,
  query: LogsQuery,
  most: number,
): AsyncGenerator<LogsPage> {
  let { after } = query;
  for (let left = most; left > 0;) {
    const page = await fetchLogs(connection, path, {
      ...query,
      after,
      limit: Math.min(MAX_PAGE, left),
    });
    yield page;
    if (!page.pagination.hasMore) return;
    left -= page.logs.length;
    after = page.pagination.next ?? undefined;
  }
}

/** The server gives no more at once. */
const MAX_PAGE = 1000;

import type { LogLevel } from "../envelope/catalogue/log-entry.js";
import type { TextQuery } from "./text-query.js";

/** Which log entries. Each member that is there must be met. */
export interface LogsFilter {
  /** A scope, `correlations/<id>`, or empty: everything. */
  path: string;
  /** At least this serious. */
  level?: LogLevel | undefined;
  category?: "business" | "technical" | undefined;
  nodeId?: string | undefined;
  stream?: "stdout" | "stderr" | undefined;
  milestone?: true | undefined;
  minPriority?: number | undefined;
  maxPriority?: number | undefined;
  /** Recorded then or later; milliseconds since 1970, the broker's clock. */
  sinceMs?: number | undefined;
  /** Recorded before. */
  untilMs?: number | undefined;
  /** None behind this sequence. */
  through?: number | undefined;
  text?: TextQuery | undefined;
}

/** Which log entries, and how many of them. */
export interface LogsRequest extends LogsFilter {
  order: "asc" | "desc";
  /** Those behind this one, in the order that is asked for. */
  after?: LinePlace | undefined;
  offset: number;
  limit: number;
  /** False: the total is not counted. */
  isCounted?: boolean | undefined;
}

/** Where a log entry is. */
export interface LinePlace {
  sequence: number;
  /** Which of the event's entries, from 0. */
  entry: number;
}

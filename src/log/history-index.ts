import type { LogLevel } from "../envelope/catalogue/log-entry.js";
import type { TimelineHeads } from "./read.js";
import type { LogRecord } from "./record.js";

/**
 * What events must meet, each member that is there. `level`, `category` and `milestone` are about log entries: one of
 * an event's entries must meet all of them.
 */
export interface IndexFilter {
  /** One of these types; `*` stands for any characters. */
  type?: readonly string[];
  /** At least this serious. */
  level?: LogLevel;
  category?: "business" | "technical";
  milestone?: true;
  correlationId?: string;
  /** Only an index knows what has these words: FTS5 expressions. */
  text?: { wanted: string; unwanted: string | undefined } | undefined;
}

/** A part of a timeline, and how much of it at once. */
export interface HistoryQuery {
  tenant: string;
  /** What a timeline is called: a scope's path, `correlations/<id>`, or empty for the whole tenant. */
  path: string;
  /** The first and the last sequence that are wanted. */
  from: number;
  to: number;
  /** Undefined: everything is wanted. */
  filter?: IndexFilter | undefined;
  /** At which end to begin. */
  order: "ascending" | "descending";
  /** No more once there are so many bytes of events. */
  bytes: number;
}

/** How an index answers a query. */
export interface HistoryCover {
  /** How far the log was in the index. */
  position: number;
  /** The first sequence that the index held; Infinity where it held none. */
  oldest: number;
  /**
   * All of the timeline from where the query begins up to and including this sequence is in the answer; the one
   * before where it begins, where the index has not got so far.
   */
  reached: number;
}

/** Some events of a timeline, in the query's order. */
export interface HistoryPiece extends HistoryCover {
  records: LogRecord[];
}

/** The newest events of a scope's timeline, as far as an index has got. */
export interface IndexedHeads extends TimelineHeads {
  /** How far the log was in the index. */
  position: number;
}

/** A copy of the log that finds the events of a timeline without going through those between them. */
export interface HistoryIndex {
  /** How far the log is in it, about; 0 while it cannot be read. It falls when the copy is made anew. */
  readonly position: number;
  /** Undefined: it cannot be read now, or the signal has aborted. */
  read(query: HistoryQuery, signal: AbortSignal): Promise<HistoryPiece | undefined>;
  /** Undefined: it cannot be read now. */
  heads(tenant: string, path: string): Promise<IndexedHeads | undefined>;
}

import type { Start } from "../../coordinator/start.js";
import { firstRecordedAt } from "../../log/time-bound.js";
import type { Log } from "../../log/stream.js";
import type { Cursor } from "../../wire/cursor.js";
import type { TimeRange } from "../parameters.js";

/** The part of the log that is wanted of a selection. */
export interface Span {
  /** Nothing up to and including this sequence; 0: from wherever the log begins. */
  after: number;
  /** Nothing behind this sequence; Infinity: up to the end. */
  through: number;
}

export const EVERYTHING: Span = { after: 0, through: Infinity };

/**
 * The sequences that were recorded within a time.
 *
 * @throws ConnectionLostError
 */
export async function spanOf(log: Log, { sinceMs, untilMs }: TimeRange): Promise<Span> {
  const [since, until] = await Promise.all([
    sinceMs === undefined ? 1 : firstRecordedAt(log, sinceMs),
    untilMs === undefined ? Infinity : firstRecordedAt(log, untilMs),
  ]);
  return { after: since - 1, through: until - 1 };
}

/**
 * Where reading upward begins: at the cursor, which is the parameter `after`, or where the span does if that is further on. A cursor of another epoch
 * is left to be told of.
 */
export function startWithin({ after }: Span, cursor: Cursor | undefined, epoch: string): Start {
  const isForeign = cursor?.epoch !== undefined && cursor.epoch !== epoch;
  if (cursor && (isForeign || cursor.sequence >= after)) {
    return { at: "cursor", cursor, isReconnect: false, pointer: "/query/after" };
  }
  // What was trimmed may have been within the span only where that has no beginning.
  if (after === 0) return { at: "start" };
  return { at: "cursor", cursor: { sequence: after, epoch: undefined }, isReconnect: false };
}

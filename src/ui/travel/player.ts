import type { Records } from "../run/records.js";

/** How many times as fast as it happened. */
export const SPEEDS = [1, 10, 60] as const;
export type Speed = (typeof SPEEDS)[number];

/** No wait is longer, so that it never seems to hang. */
export const MAX_WAIT_MS = 2000;

/** Where playing has come to. */
export interface Position {
  /** One more than the place of the newest event that is shown. */
  end: number;
  /** How long the next one has been waited for. */
  waitedMs: number;
}

/**
 * Goes on for some time: past each event at the pace at which they happened, only faster, and past none behind
 * `last`. Times that go back are waited for no time at all.
 */
export function playOn(
  records: Pick<Records, "time">,
  { end, waitedMs }: Position,
  last: number,
  speed: Speed,
  elapsedMs: number,
): Position {
  let left = waitedMs + elapsedMs;
  for (let next = end; next < last; next++) {
    const waitMs = waitBefore(records, next, speed);
    if (left < waitMs) return { end: next, waitedMs: left };
    left -= waitMs;
  }
  return { end: last, waitedMs: 0 };
}

/** What time it is there, in milliseconds since 1970. */
export function timeAt(
  records: Pick<Records, "time">,
  { end, waitedMs }: Position,
  speed: Speed,
): number {
  const from = records.time(end - 1);
  if (waitedMs === 0) return from;
  const share = waitedMs / waitBefore(records, end, speed);
  return from + share * (records.time(end) - from);
}

function waitBefore(records: Pick<Records, "time">, place: number, speed: Speed): number {
  const tookMs = records.time(place) - records.time(place - 1);
  return Math.min(MAX_WAIT_MS, Math.max(0, tookMs) / speed);
}

import type { ReadDatabase } from "./database.js";

/**
 * The sequence of the first event that was recorded at a time or later; behind the last one where there is none. The
 * broker's clock rises with the sequence, so it is found by bisection, at the same cost in a log of any length.
 *
 * @param ms since 1970
 */
export function firstRecordedAt(db: ReadDatabase, ms: number): number {
  const bounds = db
    .prepare<[], { first: number | null; last: number | null }>(
      "SELECT (SELECT min(sequence) FROM events) AS first, (SELECT max(sequence) FROM events) AS last",
    )
    .get();
  const at = db.prepare<[number], { sequence: number; ms: number }>(
    "SELECT sequence, recorded_ms AS ms FROM events WHERE sequence >= ? ORDER BY sequence LIMIT 1",
  );
  let low = bounds?.first ?? 1;
  let high = (bounds?.last ?? 0) + 1;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const event = at.get(middle);
    if (!event || event.ms >= ms) high = middle;
    else low = event.sequence + 1;
  }
  return low;
}

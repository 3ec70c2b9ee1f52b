import type { Start } from "../coordinator/start.js";

/** Whether a reader has everything already up to the end that it has set itself. */
export function isPast(
  { start, to = Infinity }: { start: Start; to: number | undefined },
  epoch: string,
): boolean {
  if (start.at !== "cursor") return false;
  const { cursor } = start;
  return cursor.sequence >= to && (cursor.epoch ?? epoch) === epoch;
}

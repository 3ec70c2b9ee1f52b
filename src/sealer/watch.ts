import { readCondition, type Log } from "../log/stream.js";
import type { Alarms } from "./alarms.js";
import { formatRanges, withSequence, type SealState } from "./seal-state.js";

/** What of the log is known to be gone rightly. */
export interface Known {
  state: SealState;
  /** The sequence up to which retention may have trimmed; only asked for when something is gone. */
  readTrimmed: () => Promise<number>;
  /** The newest sequence that was ever seen. */
  newest: number;
}

/**
 * Looks whether the store has lost what it must not lose, and raises alarms that name it. Sets the stream's
 * settings against what the log needs, and what is in the stream against what is known of it.
 */
export async function watchStore(
  log: Log,
  replicas: number,
  alarms: Alarms,
  { state, readTrimmed, newest }: Known,
): Promise<void> {
  const { epoch, differences, first, last, deleted } = await readCondition(log, replicas);
  if (epoch !== state.epoch) {
    const sealed =
      state.size === 0 ? "" : `: sequences 1–${state.size}, which are sealed, are gone`;
    const now = epoch === undefined ? "is gone" : `was deleted and made anew (epoch ${epoch})`;
    alarms.set("replaced", `stream ${log.stream} of epoch ${state.epoch} ${now}${sealed}`);
    return;
  }
  alarms.set("replaced", undefined);
  alarms.set(
    "configuration",
    differences.length === 0 ? undefined : `stream ${log.stream}: ${differences.join("; ")}`,
  );
  const trimmedThrough = first > 1 ? await readTrimmed() : 0;
  alarms.set(
    "trimmed",
    first <= trimmedThrough + 1
      ? undefined
      : `sequences ${formatRanges([[trimmedThrough + 1, first - 1]])} are gone from the start of the log`,
  );
  const holes = deleted.reduce(withSequence, { count: 0, ranges: [] });
  alarms.set(
    "deleted",
    holes.count === 0
      ? undefined
      : `${holes.count} sequences are gone from the log: ${formatRanges(holes.ranges)}`,
  );
  alarms.set(
    "truncated",
    last >= newest
      ? undefined
      : `sequences ${formatRanges([[last + 1, newest]])} are gone from the end of the log`,
  );
}

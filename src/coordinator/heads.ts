import type { LogBounds } from "../log/bounds.js";
import { readTimelineHeads, type TimelineHeads } from "../log/read.js";
import { TrimmedHeads } from "../log/trimmed-heads.js";
import type { History } from "./history.js";
import { isOfScope, type Selection } from "./selection.js";

/**
 * What a timeline has at the moment: its own newest event, also where that is trimmed, in any case where it is not
 * after `after`; and the sequence of the newest of all, or of a later one of another timeline.
 *
 * @param bounds of the log, read not long before
 */
export async function currentHeads(
  history: History,
  selection: Selection,
  bounds: LogBounds,
  after: number,
): Promise<TimelineHeads> {
  if (!isOfScope(selection)) return { own: undefined, newest: bounds.last };
  const { tenant, path } = selection;
  const { log } = history;
  const { own, newest } =
    (await knownHeads(history, selection, bounds, after)) ??
    (await log.connection.answer(readTimelineHeads(log, tenant, path)));
  if (own || bounds.first === 1) return { own, newest };
  return { own: await TrimmedHeads.of(log).find(tenant, path), newest };
}

/** The same without asking the log: memory has the newest part of it, and the index what is older. */
async function knownHeads(
  { hub, index }: History,
  { tenant, path }: Selection,
  { first, last, hasHoles }: LogBounds,
  after: number,
): Promise<TimelineHeads | undefined> {
  let older: TimelineHeads = { own: undefined, newest: 0 };
  if (hub.reachesBackTo >= first) {
    if (!index || index.position < hub.reachesBackTo || hasHoles) return undefined;
    const indexed = await index.heads(tenant, path);
    if (!indexed || indexed.position < hub.reachesBackTo) return undefined;
    older = indexed;
  }
  // An end that is only in the log would not come any more.
  if (after > hub.position) return undefined;
  const { own, newest } = hub.heads(tenant, path);
  return {
    own: own ?? older.own,
    newest: last > hub.position ? last : Math.max(newest, older.newest),
  };
}

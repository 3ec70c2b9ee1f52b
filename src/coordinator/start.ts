import { readBounds, type LogBounds } from "../log/bounds.js";
import { readFirst, readScopes, type FirstRecord } from "../log/read.js";
import type { Log } from "../log/stream.js";
import { TrimmedHeads } from "../log/trimmed-heads.js";
import { formatCursor, type Cursor } from "../wire/cursor.js";
import type { GapFrame } from "../wire/frame.js";
import { problem, ProblemError } from "../wire/problem.js";
import type { History } from "./history.js";
import type { Hub } from "./hub.js";
import { select } from "./matcher.js";
import type { Selection } from "./selection.js";

/** Where a reader wants to start; `pointer`: where in the request that stands. */
export type Start =
  | { at: "start" }
  | { at: "now" }
  /** At this sequence, inclusive: for people who replay. */
  | { at: "sequence"; sequence: number; pointer?: string }
  /** The newest events, then live. */
  | { at: "last"; count: number }
  /** After what the reader has; `isReconnect`: from a `Last-Event-ID` header, which must not be refused. */
  | { at: "cursor"; cursor: Cursor; isReconnect: boolean; pointer?: string };

export interface Resolved {
  /** The stream starts after this sequence. */
  after: number;
  /** What was asked for and is not there. */
  gap: GapFrame | undefined;
}

/** How far events can be had: of the log up to `position`, and of memory back to `reachesBackTo`. */
export type Reach = Pick<Hub, "position" | "reachesBackTo">;

/** Whoever wants to start. Most never need a signal, and one takes as much memory as a waiting stream. */
export interface Asker {
  /** Aborts when they have gone. */
  readonly signal: AbortSignal;
}

/** What a start is resolved against. */
interface Ground {
  log: Log;
  hub: Reach;
  selection: Selection;
  /** The log's, as of the call or later; asked for where they are needed. */
  bounds: () => LogBounds | Promise<LogBounds>;
}

/** Scopes whose losses a gap names one by one. */
const MAX_NAMED_SCOPES = 32;

/**
 * The position at which a stream starts, and what the reader must be told it cannot have.
 *
 * @param bounds of the log, as of the call or later; asked for where they are needed
 * @throws ProblemError `cursor-ahead` for a position beyond the end of the log
 */
export async function resolveStart(
  history: History,
  hub: Reach,
  selection: Selection,
  start: Start,
  asker: Asker,
  bounds: Ground["bounds"] = () => readBounds(history.log),
): Promise<Resolved> {
  const ground = { log: history.log, hub, selection, bounds };
  switch (start.at) {
    case "now":
      // Of the log, not of what this gateway has read of it: what was acknowledged before is not now.
      return { after: (await bounds()).last, gap: undefined };
    case "start":
      return afterTrim(ground, 0, "0");
    case "last":
      return {
        after: await beforeLast(history, selection, start.count, asker.signal),
        gap: undefined,
      };
    case "sequence":
      return resolveCursor(
        ground,
        { sequence: Math.max(0, start.sequence - 1), epoch: undefined },
        { ...start, isReconnect: false },
      );
    case "cursor":
      return resolveCursor(ground, start.cursor, start);
  }
}

async function resolveCursor(
  ground: Ground,
  { sequence, epoch }: Cursor,
  { isReconnect, pointer }: { isReconnect: boolean; pointer?: string },
): Promise<Resolved> {
  const { log, hub, bounds } = ground;
  const requested = epoch === undefined ? String(sequence) : formatCursor(sequence, epoch);
  if (epoch !== undefined && epoch !== log.epoch) {
    const { first } = await bounds();
    return { after: 0, gap: gap("epoch", requested, first) };
  }
  if (sequence > hub.position) {
    const { first, last } = await bounds();
    // Between the two it is merely ahead of what this gateway has read so far.
    if (sequence > last) {
      if (!isReconnect) {
        throw new ProblemError(
          problem(
            "cursor-ahead",
            `The cursor ${requested} is beyond the end of the log, which is ${formatCursor(last, log.epoch)}.`,
            pointer === undefined ? {} : { pointer },
          ),
        );
      }
      return { after: last, gap: gap("ahead", requested, first) };
    }
  }
  return afterTrim(ground, sequence, requested);
}

/** A start whose following events may have been trimmed. */
async function afterTrim(ground: Ground, after: number, requested: string): Promise<Resolved> {
  const { log, hub, selection } = ground;
  if (after >= hub.reachesBackTo) return { after, gap: undefined };
  const bounds = await ground.bounds();
  const isBeforeFirst = after + 1 < bounds.first;
  if (!isBeforeFirst && !bounds.hasHoles) return { after, gap: undefined };
  const lost = await log.connection.answer(readLost(log, selection, after, bounds));
  if (lost === undefined) return { after, gap: undefined };
  const reason = isBeforeFirst ? "retention" : "purge";
  return { after, gap: { ...gap(reason, requested, bounds.first), lost } };
}

/**
 * What a timeline has lost between `after` and the first event that is kept; undefined when nothing.
 *
 * The first kept event of each scope tells: its index is the number of events before it, and the sequence
 * it was appended behind is that of the last one lost.
 */
async function readLost(
  log: Log,
  { tenant, logPath }: Selection,
  after: number,
  { first }: LogBounds,
): Promise<GapFrame["lost"] | undefined> {
  const subjects = [...(await readScopes(log, tenant, logPath)).keys()];
  if (subjects.length === 0) {
    const head = logPath === "" ? undefined : await TrimmedHeads.of(log).find(tenant, logPath);
    if (head && head.sequence > after) return [lossOf(head.scope, after, head.index)];
    // Nothing of it is left. A reader from the start may be early, one with a cursor has been here before.
    return after === 0 || after + 1 >= first ? undefined : [];
  }
  const named = subjects.slice(0, MAX_NAMED_SCOPES);
  const firsts = await Promise.all(
    named.map(async (subject) => {
      const found = await readFirst(log, subject, first);
      return found && behindTrimmed(log, tenant, found);
    }),
  );
  const lost = firsts.flatMap((found) => {
    if (!found || found.record.index === 1) return [];
    if (found.previousSequence !== undefined && found.previousSequence <= after) return [];
    return [lossOf(found.record.scope, after, found.record.index - 1)];
  });
  return lost.length > 0 || subjects.length > named.length ? lost : undefined;
}

/** An event that was appended when all before it were trimmed says 0; the last of those, what is kept of it. */
async function behindTrimmed(log: Log, tenant: string, found: FirstRecord): Promise<FirstRecord> {
  const { record, previousSequence } = found;
  if (previousSequence !== 0 || record.index === 1) return found;
  const head = await TrimmedHeads.of(log).find(tenant, record.scope);
  const isBefore = head?.index === record.index - 1;
  return { record, previousSequence: isBefore ? head.sequence : undefined };
}

function lossOf(scope: string, after: number, toIndex: number): GapFrame["lost"][number] {
  return { scope, ...(after === 0 ? { fromIndex: 1 } : {}), toIndex };
}

/** The position before the newest `count` events of a timeline. */
async function beforeLast(
  history: History,
  { tenant, path, matcher }: Selection,
  count: number,
  signal: AbortSignal,
): Promise<number> {
  const request = { tenant, path, before: Infinity, signal };
  let left = count;
  for await (const { records } of history.readBackward(request)) {
    for (const { sequence } of select(records, matcher)) if (left-- === 0) return sequence;
  }
  return 0;
}

function gap(reason: GapFrame["reason"], requested: string, firstAvailable: number): GapFrame {
  return { kind: "gap", reason, requested, firstAvailable, lost: [] };
}

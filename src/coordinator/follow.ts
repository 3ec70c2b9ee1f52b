import { closes } from "../envelope/closes.js";
import { readHistory } from "../log/history.js";
import type { LogRecord } from "../log/record.js";
import type { Log } from "../log/stream.js";
import { readBounds } from "../log/read.js";
import { formatCursor, type CursorText } from "../wire/cursor.js";
import type { CaughtUpFrame, CheckpointFrame, EndFrame, GapFrame } from "../wire/frame.js";
import { Continuity } from "./continuity.js";
import type { Hub } from "./hub.js";
import { select } from "./matcher.js";
import type { Selection } from "./selection.js";

/** Events of a timeline that go out together, in order. */
export interface EventsDelivery {
  kind: "events";
  records: readonly LogRecord[];
}

export type Delivery = EventsDelivery | CaughtUpFrame | CheckpointFrame | GapFrame | EndFrame;

export interface FollowOptions {
  selection: Selection;
  /** Everything up to and including this sequence is left out. */
  after: number;
  /** Everything after this sequence is left out; a checkpoint there is the last that comes. */
  to?: number | undefined;
  /** The event that has ended the scope, where it has ended already. */
  terminal: LogRecord | undefined;
  signal: AbortSignal;
}

/** After so many sequences without an event, or so long, a reader that leaves events out is told its position. */
const CHECKPOINT_EVERY = 1000;
const CHECKPOINT_EVERY_MS = 5000;

/**
 * Delivers a timeline: every event after a position that is selected, once, in order, history first and
 * then what happens, until the scope ends or `signal` aborts. Reads no faster than it is iterated over.
 *
 * There is no hand-over from history to live that could lose an event: a follower is a position, and each
 * pull asks for what comes after it, of the ring as far as that reaches back, else of the log. A reader
 * that is too slow for the ring falls back to the log by itself, and catches up with the ring again.
 */
export async function* follow(
  log: Log,
  hub: Hub,
  { selection, after, to = Infinity, terminal: knownTerminal, signal }: FollowOptions,
): AsyncGenerator<Delivery> {
  const { tenant, path, matcher } = selection;
  const checkpoints = matcher && new Checkpoints(after);
  let position = after;
  let terminal = knownTerminal;
  let isCaughtUp = false;

  /** Takes in what comes next of the timeline; of that, what is selected. */
  const advance = (records: readonly LogRecord[], readUpTo: number): readonly LogRecord[] => {
    terminal = records.findLast((record) => ends(record, path)) ?? terminal;
    position = readUpTo;
    const wanted = select(records, matcher);
    checkpoints?.told(wanted.at(-1)?.sequence);
    return wanted;
  };
  const checkpoint = (): CheckpointFrame => {
    checkpoints?.told(position);
    return { kind: "checkpoint", cursor: formatCursor(position, log.epoch) };
  };

  while (!signal.aborted && position < to) {
    const recent = hub.read(tenant, path, position);
    if (recent === undefined) {
      // Noted before history is read: what is appended meanwhile is left for the next pull.
      const live = hub.position;
      for await (const delivery of history(log, selection, position, signal)) {
        if (delivery.kind === "gap") {
          yield delivery;
          continue;
        }
        const records = upTo(delivery.records, to);
        const wanted = advance(records, records.at(-1)?.sequence ?? to);
        if (wanted.length > 0) yield { kind: "events", records: wanted };
        if (position >= to) break;
        if (checkpoints?.isDue(position)) yield checkpoint();
      }
      position = Math.max(position, Math.min(live, to));
      continue;
    }

    const records = upTo(recent, to);
    if (records.length > 0) {
      const wanted = advance(records, records.at(-1)?.sequence ?? position);
      if (wanted.length > 0) yield { kind: "events", records: wanted };
      if (checkpoints?.isDue(position)) yield checkpoint();
      continue;
    }

    // A cursor of another gateway may be ahead of what this one has read so far.
    position = Math.max(position, Math.min(hub.position, to));
    if (!isCaughtUp) {
      isCaughtUp = true;
      checkpoints?.told(position);
      yield { kind: "caught-up", cursor: formatCursor(position, log.epoch) };
    } else if (terminal && terminal.sequence <= position) {
      yield endOf(terminal, formatCursor(position, log.epoch));
      return;
    } else if (checkpoints?.isDue(position)) {
      yield checkpoint();
    } else {
      // An end that is still to come may be reached by an event of another timeline.
      await hub.changed(tenant, to === Infinity ? path : "", signal, checkpoints?.dueInMs());
    }
  }
  if (position >= to) yield { kind: "checkpoint", cursor: formatCursor(to, log.epoch) };
}

/** When a reader that leaves events out must be told how far it is, so that it never reads them again. */
class Checkpoints {
  #toldSequence: number;
  #toldAtMs = Date.now();

  constructor(after: number) {
    this.#toldSequence = after;
  }

  /** The reader has this position now. */
  told(sequence: number | undefined): void {
    if (sequence === undefined) return;
    this.#toldSequence = sequence;
    this.#toldAtMs = Date.now();
  }

  isDue(position: number): boolean {
    const passedOver = position - this.#toldSequence;
    return (
      passedOver >= CHECKPOINT_EVERY ||
      (passedOver > 0 && Date.now() - this.#toldAtMs >= CHECKPOINT_EVERY_MS)
    );
  }

  dueInMs(): number {
    return Math.max(0, this.#toldAtMs + CHECKPOINT_EVERY_MS - Date.now()) || CHECKPOINT_EVERY_MS;
  }
}

/** History, with a gap in front of whatever does not follow the event before it in its scope. */
async function* history(
  log: Log,
  { tenant, logPath }: Selection,
  after: number,
  signal: AbortSignal,
): AsyncGenerator<EventsDelivery | GapFrame> {
  const continuity = new Continuity();
  let position = after;
  for await (const records of readHistory(log, { tenant, path: logPath, after, signal })) {
    let from = 0;
    for (const [i, record] of records.entries()) {
      const hole = continuity.next(record);
      if (hole) {
        if (i > from) yield { kind: "events", records: records.slice(from, i) };
        from = i;
        yield await gapOf(log, position, record, hole);
      }
      position = record.sequence;
    }
    yield { kind: "events", records: from === 0 ? records : records.slice(from) };
  }
}

/** Events were trimmed or purged while they were being read. */
async function gapOf(
  log: Log,
  position: number,
  record: LogRecord,
  hole: { fromIndex: number; toIndex: number },
): Promise<GapFrame> {
  const { first } = await readBounds(log);
  return {
    kind: "gap",
    reason: position + 1 < first ? "retention" : "purge",
    requested: formatCursor(position, log.epoch),
    firstAvailable: record.sequence,
    lost: [{ scope: record.scope, ...hole }],
  };
}

function upTo(records: readonly LogRecord[], to: number): readonly LogRecord[] {
  const last = records.at(-1);
  return last === undefined || last.sequence <= to
    ? records
    : records.filter(({ sequence }) => sequence <= to);
}

function ends(record: LogRecord, path: string): boolean {
  return record.scope === path && closes(path, record.type);
}

function endOf(terminal: LogRecord, cursor: CursorText): EndFrame {
  return {
    kind: "end",
    cursor,
    sequence: terminal.sequence,
    count: terminal.index,
    headHash: terminal.hash,
    status: terminal.type.slice(terminal.type.lastIndexOf(".") + 1),
  };
}

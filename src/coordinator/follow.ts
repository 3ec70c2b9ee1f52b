import { closes } from "../envelope/closes.js";
import { readHistory } from "../log/history.js";
import type { LogRecord } from "../log/record.js";
import type { Log } from "../log/stream.js";
import { readBounds } from "../log/read.js";
import { formatCursor, type CursorText } from "../wire/cursor.js";
import type { CaughtUpFrame, CheckpointFrame, EndFrame, GapFrame } from "../wire/frame.js";
import { Continuity } from "./continuity.js";
import type { Hub } from "./hub.js";

/** Events of a timeline that go out together, in order. */
export interface EventsDelivery {
  kind: "events";
  records: readonly LogRecord[];
}

export type Delivery = EventsDelivery | CaughtUpFrame | CheckpointFrame | GapFrame | EndFrame;

export interface FollowOptions {
  tenant: string;
  /** A scope's path, or empty for the whole tenant. */
  path: string;
  /** Everything up to and including this sequence is left out. */
  after: number;
  /** Everything after this sequence is left out; a checkpoint there is the last that comes. */
  to?: number;
  /** The event that has ended the scope, where it has ended already. */
  terminal: LogRecord | undefined;
  signal: AbortSignal;
}

/**
 * Delivers a timeline: every event after a position, once, in order, history first and then what happens,
 * until the scope ends or `signal` aborts. Reads no faster than it is iterated over.
 *
 * There is no hand-over from history to live that could lose an event: a follower is a position, and each
 * pull asks for what comes after it, of the ring as far as that reaches back, else of the log. A reader
 * that is too slow for the ring falls back to the log by itself, and catches up with the ring again.
 */
export async function* follow(
  log: Log,
  hub: Hub,
  options: FollowOptions,
): AsyncGenerator<Delivery> {
  const { tenant, path, signal, to = Infinity } = options;
  const done: CheckpointFrame = { kind: "checkpoint", cursor: formatCursor(to, log.epoch) };
  let position = options.after;
  let terminal = options.terminal;
  let isCaughtUp = false;

  while (!signal.aborted && position < to) {
    const recent = hub.read(tenant, path, position);
    if (recent === undefined) {
      // Noted before history is read: what is appended meanwhile is left for the next pull.
      const live = hub.position;
      for await (const delivery of history(log, { ...options, after: position })) {
        if (delivery.kind === "events") {
          const records = upTo(delivery.records, to);
          terminal = records.findLast((record) => ends(record, path)) ?? terminal;
          position = records.at(-1)?.sequence ?? to;
          if (records.length > 0) yield { kind: "events", records };
          if (position >= to) {
            yield done;
            return;
          }
        } else yield delivery;
      }
      position = Math.max(position, live);
      continue;
    }

    const records = upTo(recent, to);
    if (records.length > 0) {
      terminal = records.findLast((record) => ends(record, path)) ?? terminal;
      position = records.at(-1)?.sequence ?? position;
      yield { kind: "events", records };
      continue;
    }

    // A cursor of another gateway may be ahead of what this one has read so far.
    position = Math.max(position, Math.min(hub.position, to));
    const cursor = formatCursor(position, log.epoch);
    if (!isCaughtUp) {
      isCaughtUp = true;
      yield { kind: "caught-up", cursor };
    } else if (terminal && terminal.sequence <= position) {
      yield endOf(terminal, cursor);
      return;
    } else {
      // An end that is still to come may be reached by an event of another timeline.
      await hub.changed(tenant, to === Infinity ? path : "", signal);
    }
  }
  if (position >= to) yield done;
}

/** History, with a gap in front of whatever does not follow the event before it in its scope. */
async function* history(
  log: Log,
  options: FollowOptions,
): AsyncGenerator<EventsDelivery | GapFrame> {
  const continuity = new Continuity();
  let position = options.after;
  for await (const records of readHistory(log, options)) {
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

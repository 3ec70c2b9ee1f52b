import type { LogRecord, ScopeHead } from "../log/record.js";
import { formatCursor, type CursorText } from "../wire/cursor.js";
import type { CheckpointFrame, GapFrame } from "../wire/frame.js";
import { Checkpoints } from "./checkpoints.js";
import { Continuity } from "./continuity.js";
import type { Delivery, EventsDelivery, Feed, Standing } from "./feed.js";
import { endOf, ends, gapOf, trimmedGap } from "./frames.js";
import type { History, HistoryRequest } from "./history.js";
import { timelineKey, type Hub, type TimelineKey } from "./hub.js";
import { select } from "./matcher.js";
import type { Selection } from "./selection.js";

export interface FollowOptions {
  selection: Selection;
  /** Everything up to and including this sequence is left out. */
  after: number;
  /** Everything after this sequence is left out; a checkpoint there is the last that comes. */
  to?: number | undefined;
  /** The event that has ended the scope, where it has ended already. */
  terminal: ScopeHead | undefined;
  /** Everything up to this sequence is history: it comes before `caught-up`. */
  historyEnd: number;
}

/** How long `caught-up` is held back for the gateway's own reading of the log, which is milliseconds behind. */
const HISTORY_PATIENCE_MS = 2000;

/**
 * Delivers a timeline: every event after a position that is selected, once, in order, history first and
 * then what happens, until the scope ends. Reads no faster than it is pulled.
 *
 * There is no hand-over from history to live that could lose an event: a follower is a position, and each
 * pull asks for what comes after it, of the ring as far as that reaches back, else of history. A reader
 * that is too slow for the ring falls back to history by itself, and catches up with the ring again.
 */
export class Follower implements Feed {
  readonly #history: History;
  readonly #hub: Hub;
  readonly #selection: Selection;
  readonly #timeline: TimelineKey;
  readonly #to: number;
  readonly #checkpoints: Checkpoints | undefined;
  #historyEnd: number;
  #position: number;
  #terminal: ScopeHead | undefined;
  #isCaughtUp = false;
  #isOver = false;
  #watched: TimelineKey;
  #waiter: (() => void) | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(history: History, options: FollowOptions) {
    const { selection, after, to = Infinity, terminal, historyEnd } = options;
    this.#history = history;
    this.#hub = history.hub;
    this.#selection = selection;
    this.#timeline = timelineKey(selection.tenant, selection.path);
    this.#watched = this.#timeline;
    this.#to = to;
    this.#checkpoints = selection.matcher && new Checkpoints(after);
    this.#historyEnd = historyEnd;
    this.#position = after;
    this.#terminal = terminal;
  }

  pull(): Delivery | Standing {
    while (!this.#isOver) {
      if (this.#position >= this.#to) return this.#end(this.#checkpoint(this.#to));
      const recent = this.#hub.read(this.#timeline, this.#position);
      if (recent === undefined) return "behind";
      if (recent.length > 0) {
        const wanted = this.#advance(upTo(recent, this.#to));
        if (wanted.length > 0) return { kind: "events", records: wanted };
        if (this.#isCheckpointDue()) return this.#checkpoint(this.#position);
        continue;
      }
      // A cursor of another gateway may be ahead of what this one has read so far.
      this.#position = Math.max(this.#position, Math.min(this.#hub.position, this.#to));
      if (!this.#isCaughtUp) {
        if (this.#isHistoryOnItsWay) return "waiting";
        this.#isCaughtUp = true;
        this.#checkpoints?.told(this.#position);
        return { kind: "caught-up", cursor: this.#cursorAt(this.#position) };
      }
      if (this.#terminal && this.#terminal.sequence <= this.#position) {
        return this.#end(endOf(this.#terminal, this.#cursorAt(this.#position)));
      }
      if (this.#isCheckpointDue()) return this.#checkpoint(this.#position);
      if (this.#position < this.#to) return "waiting";
    }
    return "over";
  }

  async *catchUp(signal: AbortSignal): AsyncGenerator<Delivery> {
    // Noted before history is read: what is appended meanwhile is left for the next pull.
    const live = this.#hub.position;
    const wanted = { ...this.#selection, after: this.#position, through: live, signal };
    for await (const delivery of withGaps(this.#history, wanted)) {
      if (delivery.kind === "gap") {
        yield delivery;
        continue;
      }
      const selected = this.#advance(upTo(delivery.records, this.#to));
      if (selected.length > 0) yield { kind: "events", records: selected };
      if (this.#position >= this.#to) return;
      if (this.#isCheckpointDue()) yield this.#checkpoint(this.#position);
    }
    if (!signal.aborted) this.#position = Math.max(this.#position, Math.min(live, this.#to));
  }

  wait(callback: () => void): void {
    const isForHistory = this.#isHistoryOnItsWay;
    // The end of history, like one that is still to come, may be reached by an event of another timeline.
    const isForAny = isForHistory || this.#to !== Infinity;
    this.#watched = isForAny ? timelineKey(this.#selection.tenant, "") : this.#timeline;
    const withinMs = isForHistory ? HISTORY_PATIENCE_MS : this.#checkpoints?.dueInMs();
    this.#waiter = withinMs === undefined ? callback : this.#within(withinMs, callback);
    this.#hub.wait(this.#watched, this.#waiter);
  }

  stopWaiting(): void {
    clearTimeout(this.#timer);
    if (this.#waiter) this.#hub.giveUp(this.#watched, this.#waiter);
    this.#waiter = undefined;
  }

  /** Calls back when the time is up, if what is returned has not been called before. */
  #within(ms: number, callback: () => void): () => void {
    const isForHistory = this.#isHistoryOnItsWay;
    this.#timer = setTimeout(() => {
      this.stopWaiting();
      // Its last message is not an event, then, or has been trimmed.
      if (isForHistory) this.#historyEnd = 0;
      callback();
    }, ms);
    return () => {
      clearTimeout(this.#timer);
      callback();
    };
  }

  /** Of what was stored before the stream was opened, this gateway has not read everything yet. */
  get #isHistoryOnItsWay(): boolean {
    return Math.min(this.#historyEnd, this.#to) > Math.max(this.#hub.position, this.#position);
  }

  /** Takes in what comes next of the timeline; of that, what is selected. None: all is behind the end. */
  #advance(records: readonly LogRecord[]): readonly LogRecord[] {
    const { path, matcher } = this.#selection;
    this.#terminal = lastThatEnds(path, records) ?? this.#terminal;
    this.#position = records.at(-1)?.sequence ?? this.#to;
    const wanted = select(records, matcher);
    const last = wanted.at(-1);
    if (last) this.#checkpoints?.told(last.sequence);
    return wanted;
  }

  #isCheckpointDue(): boolean {
    return this.#checkpoints?.isDue(this.#position) === true;
  }

  #checkpoint(sequence: number): CheckpointFrame {
    this.#checkpoints?.told(sequence);
    return { kind: "checkpoint", cursor: this.#cursorAt(sequence) };
  }

  #cursorAt(sequence: number): CursorText {
    return formatCursor(sequence, this.#history.log.epoch);
  }

  #end(last: Delivery): Delivery {
    this.#isOver = true;
    return last;
  }
}

/** History, with a gap in front of whatever does not follow the event before it in its scope. */
async function* withGaps(
  history: History,
  request: HistoryRequest,
): AsyncGenerator<EventsDelivery | GapFrame> {
  const { log } = history;
  const continuity = new Continuity();
  let position = request.after;
  for await (const { records, isSparse, lostBefore } of history.read(request)) {
    if (isSparse) {
      if (lostBefore !== undefined) yield trimmedGap(log, position, lostBefore);
      if (records.length > 0) yield { kind: "events", records };
      position = records.at(-1)?.sequence ?? position;
      continue;
    }
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
    if (records.length > 0) {
      yield { kind: "events", records: from === 0 ? records : records.slice(from) };
    }
  }
}

/** Followers of a timeline are handed the same arrays: each is looked through once. */
const endings = new WeakMap<readonly LogRecord[], { ending: LogRecord | undefined }>();

function lastThatEnds(path: string, records: readonly LogRecord[]): LogRecord | undefined {
  let known = endings.get(records);
  if (!known) {
    known = { ending: records.findLast((record) => ends(record, path)) };
    endings.set(records, known);
  }
  return known.ending;
}

function upTo(records: readonly LogRecord[], to: number): readonly LogRecord[] {
  const last = records.at(-1);
  return last === undefined || last.sequence <= to
    ? records
    : records.filter(({ sequence }) => sequence <= to);
}

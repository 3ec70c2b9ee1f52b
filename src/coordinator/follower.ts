import { readHistory } from "../log/history.js";
import type { LogRecord } from "../log/record.js";
import type { Log } from "../log/stream.js";
import { formatCursor, type CursorText } from "../wire/cursor.js";
import type { TimelinePath } from "../wire/timeline.js";
import type { CheckpointFrame, GapFrame } from "../wire/frame.js";
import { Continuity } from "./continuity.js";
import type { Delivery, EventsDelivery, Feed, Standing } from "./feed.js";
import type { Hub } from "./hub.js";
import { endOf, ends, gapOf } from "./frames.js";
import { select } from "./matcher.js";
import type { Selection } from "./selection.js";

export interface FollowOptions {
  selection: Selection;
  /** Everything up to and including this sequence is left out. */
  after: number;
  /** Everything after this sequence is left out; a checkpoint there is the last that comes. */
  to?: number | undefined;
  /** The event that has ended the scope, where it has ended already. */
  terminal: LogRecord | undefined;
  /** Everything up to this sequence is history: it comes before `caught-up`. */
  historyEnd: number;
}

/** After so many sequences without an event, or so long, a reader that leaves events out is told its position. */
const CHECKPOINT_EVERY = 1000;
const CHECKPOINT_EVERY_MS = 5000;

/** How long `caught-up` is held back for the gateway's own reading of the log, which is milliseconds behind. */
const HISTORY_PATIENCE_MS = 2000;

/**
 * Delivers a timeline: every event after a position that is selected, once, in order, history first and
 * then what happens, until the scope ends. Reads no faster than it is pulled.
 *
 * There is no hand-over from history to live that could lose an event: a follower is a position, and each
 * pull asks for what comes after it, of the ring as far as that reaches back, else of the log. A reader
 * that is too slow for the ring falls back to the log by itself, and catches up with the ring again.
 */
export class Follower implements Feed {
  readonly #log: Log;
  readonly #hub: Hub;
  readonly #selection: Selection;
  readonly #to: number;
  readonly #checkpoints: Checkpoints | undefined;
  #historyEnd: number;
  #position: number;
  #terminal: LogRecord | undefined;
  #isCaughtUp = false;
  #isOver = false;

  constructor(log: Log, hub: Hub, options: FollowOptions) {
    const { selection, after, to = Infinity, terminal, historyEnd } = options;
    this.#log = log;
    this.#hub = hub;
    this.#selection = selection;
    this.#to = to;
    this.#checkpoints = selection.matcher && new Checkpoints(after);
    this.#historyEnd = historyEnd;
    this.#position = after;
    this.#terminal = terminal;
  }

  pull(): Delivery | Standing {
    const { tenant, path } = this.#selection;
    while (!this.#isOver) {
      if (this.#position >= this.#to) return this.#end(this.#checkpoint(this.#to));
      const recent = this.#hub.read(tenant, path, this.#position);
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
    for await (const delivery of history(this.#log, this.#selection, this.#position, signal)) {
      if (delivery.kind === "gap") {
        yield delivery;
        continue;
      }
      const wanted = this.#advance(upTo(delivery.records, this.#to));
      if (wanted.length > 0) yield { kind: "events", records: wanted };
      if (this.#position >= this.#to) return;
      if (this.#isCheckpointDue()) yield this.#checkpoint(this.#position);
    }
    if (!signal.aborted) this.#position = Math.max(this.#position, Math.min(live, this.#to));
  }

  wait(callback: () => void): () => void {
    const { path } = this.#selection;
    if (this.#isHistoryOnItsWay) {
      return this.#waitAtMost(HISTORY_PATIENCE_MS, "", callback, () => {
        // Its last message is not an event, then, or has been trimmed.
        this.#historyEnd = 0;
        callback();
      });
    }
    // An end that is still to come may be reached by an event of another timeline.
    const watched = this.#to === Infinity ? path : "";
    return this.#checkpoints
      ? this.#waitAtMost(this.#checkpoints.dueInMs(), watched, callback, callback)
      : this.#hub.wait(this.#selection.tenant, watched, callback);
  }

  #waitAtMost(
    withinMs: number,
    path: TimelinePath,
    onChange: () => void,
    onTimeUp: () => void,
  ): () => void {
    const stopWaiting = this.#hub.wait(this.#selection.tenant, path, () => {
      clearTimeout(timer);
      onChange();
    });
    const giveUp = () => {
      clearTimeout(timer);
      stopWaiting();
    };
    const timer = setTimeout(() => {
      giveUp();
      onTimeUp();
    }, withinMs);
    return giveUp;
  }

  /** Of what was stored before the stream was opened, this gateway has not read everything yet. */
  get #isHistoryOnItsWay(): boolean {
    return Math.min(this.#historyEnd, this.#to) > Math.max(this.#hub.position, this.#position);
  }

  /** Takes in what comes next of the timeline; of that, what is selected. None: all is behind the end. */
  #advance(records: readonly LogRecord[]): readonly LogRecord[] {
    const { path, matcher } = this.#selection;
    this.#terminal = records.findLast((record) => ends(record, path)) ?? this.#terminal;
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
    return formatCursor(sequence, this.#log.epoch);
  }

  #end(last: Delivery): Delivery {
    this.#isOver = true;
    return last;
  }
}

/** When a reader that leaves events out must be told how far it is, so that it never reads them again. */
class Checkpoints {
  #toldSequence: number;
  #toldAtMs = Date.now();

  constructor(after: number) {
    this.#toldSequence = after;
  }

  /** The reader has this position now. */
  told(sequence: number): void {
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

function upTo(records: readonly LogRecord[], to: number): readonly LogRecord[] {
  const last = records.at(-1);
  return last === undefined || last.sequence <= to
    ? records
    : records.filter(({ sequence }) => sequence <= to);
}

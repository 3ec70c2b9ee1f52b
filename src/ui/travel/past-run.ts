import { rollUp, type TimelineState } from "../../projections/timeline-state.js";
import { applyToTimeline, type Timeline } from "../../projections/timeline.js";
import { countOf } from "../app/format.js";
import { Listeners } from "../app/listeners.js";
import type { Keyframes } from "../run/keyframes.js";
import type { Lines } from "../run/lines.js";
import type { Note } from "../run/note.js";
import type { Records } from "../run/records.js";
import type { Past, RunView } from "../run/run-view.js";

type Present = Pick<
  RunView,
  "path" | "correlationId" | "firstCorrelationId" | "records" | "lines"
> &
  Pick<RunView, "notes" | "state" | "isCaughtUp" | "version" | "subscribe">;

/** A timeline as it is now, and what tells how it was. */
export interface Source extends Present {
  /** The places of the events before which others are missing. */
  readonly gaps: readonly number[];
  readonly keyframes: Keyframes;
}

/**
 * A timeline as of one of its events: what its events up to that one add up to, by the projections that make
 * the present of all of them. To go on by some events takes in these; to go back, at most those since the
 * keyframe before. Until the event has come in, it is as of the newest one that has.
 */
export class PastRun implements RunView {
  readonly #source: Source;
  readonly #listeners = new Listeners();
  #at: number;
  #now: number | undefined;
  #moves = 0;
  /** What is made of the events so far, and of which log they are. */
  #folded: { records: Records; end: number; timeline: Timeline } | undefined;
  #state: { records: Records; end: number; state: TimelineState } | undefined;
  #notes: readonly Note[] = [];

  /** @param at the sequence of the newest event that is shown */
  constructor(source: Source, at: number) {
    this.#source = source;
    this.#at = at;
  }

  /** The sequence that was asked for. */
  get at(): number {
    return this.#at;
  }

  /**
   * Shows it as of another event.
   *
   * @param now what time it is, in milliseconds since 1970, where some has passed since that event
   */
  goTo(at: number, now?: number): void {
    this.#at = at;
    this.#now = now;
    this.#moves++;
    this.#listeners.tell();
  }

  get path(): string {
    return this.#source.path;
  }

  get correlationId(): string | undefined {
    return this.#source.correlationId;
  }

  get firstCorrelationId(): string | undefined {
    return this.#source.firstCorrelationId;
  }

  get records(): Records {
    return this.#source.records;
  }

  get lines(): Lines {
    return this.#source.lines;
  }

  /** The least that {@link recordEnd} can be: one event, and more where the oldest ones are no longer kept. */
  get leastEnd(): number {
    const { records, keyframes } = this.#source;
    const { first, end } = records;
    return Math.min(end, Math.max(first + 1, keyframes.from(first)?.end ?? end));
  }

  get recordEnd(): number {
    return Math.max(this.leastEnd, this.records.placeFrom(this.#at + 1));
  }

  get lineEnd(): number {
    return this.lines.firstOfRecord(this.recordEnd);
  }

  get notes(): readonly Note[] {
    const { recordEnd } = this;
    const { notes } = this.#source;
    let count = notes.length;
    while (count > 0 && (notes[count - 1]?.record ?? 0) >= recordEnd) count--;
    // The same list for as long as it says the same: rows are made of it.
    if (count !== this.#notes.length || this.#notes[0] !== notes[0]) {
      this.#notes = notes.slice(0, count);
    }
    return this.#notes;
  }

  get gap(): string | undefined {
    const { recordEnd, notes } = this;
    const place = this.#source.gaps.findLast((gap) => gap < recordEnd);
    return notes.find(({ record }) => record === place)?.text;
  }

  get timeline(): Timeline {
    const { records, recordEnd } = this;
    const frame = this.#source.keyframes.before(recordEnd);
    if (!frame) throw new Error("there is no keyframe to begin with");
    let folded = this.#folded;
    if (folded?.records !== records || folded.end < frame.end || folded.end > recordEnd) {
      folded = { records, end: frame.end, timeline: JSON.parse(frame.text) as Timeline };
    }
    const { timeline } = folded;
    for (; folded.end < recordEnd; folded.end++) {
      const event = records.event(folded.end);
      if (event) applyToTimeline(timeline, event, records.sequence(folded.end));
    }
    this.#folded = folded;
    return timeline;
  }

  get state(): TimelineState | undefined {
    const { records, recordEnd: end } = this;
    if (end === 0) return undefined;
    if (this.#state?.records !== records || this.#state.end !== end) {
      const { own, below } = this.timeline;
      this.#state = { records, end, state: rollUp(own, Object.values(below)) };
    }
    return this.#state.state;
  }

  get isCaughtUp(): boolean {
    return this.#source.isCaughtUp || this.#newest >= this.#at;
  }

  get hasEnded(): boolean {
    return this.correlationId === undefined && (this.state?.endedAt ?? null) !== null;
  }

  get cursor(): string | undefined {
    const { recordEnd } = this;
    return recordEnd === 0 ? undefined : this.records.cursor(recordEnd - 1);
  }

  get past(): Past {
    const at = timeOf(this.state);
    return { now: this.#now ?? at, newestAt: Math.max(at, timeOf(this.#source.state)) };
  }

  /** Why it is not as of the sequence that was asked for; undefined where it is. */
  get notice(): string | undefined {
    const { records, recordEnd, leastEnd } = this;
    if (recordEnd === 0 || !this.isCaughtUp) return undefined;
    const shown = records.sequence(recordEnd - 1);
    if (this.#at > this.#newest) {
      return `No event here has come to sequence ${this.#at}. This is as of the newest one, ${shown}.`;
    }
    if (recordEnd > leastEnd || this.#at >= shown) return undefined;
    return records.first > 0
      ? `What was at sequence ${this.#at} is not kept in this tab any more. This is the oldest that is, as of ${shown}.`
      : `Nothing here is as old as sequence ${this.#at}. This is as of the first event, ${shown}.`;
  }

  /** Why the oldest that can be shown is not the beginning; undefined where it is. */
  get beginning(): string | undefined {
    const { records, leastEnd } = this;
    if (leastEnd > 1) {
      const what = countOf(leastEnd - 1, "event is", "events are");
      return `The first ${what} not kept in this tab: it begins behind them.`;
    }
    const isTrimmed = records.end > 0 && this.#source.gaps[0] === 0;
    return isTrimmed ? "It begins with the oldest event that the log still has." : undefined;
  }

  readonly version = (): number => this.#source.version() + this.#moves;

  readonly subscribe = (listener: () => void): (() => void) => {
    const stops = [this.#source.subscribe(listener), this.#listeners.subscribe(listener)];
    return () => {
      for (const stop of stops) stop();
    };
  };

  /** The sequence of the newest event that there is. */
  get #newest(): number {
    const { end } = this.records;
    return end === 0 ? 0 : this.records.sequence(end - 1);
  }
}

function timeOf(state: TimelineState | undefined): number {
  return Date.parse(state?.total.lastAt ?? "") || 0;
}

import type { Timeline } from "../../projections/timeline.js";

/** What is kept, at most: so many, and of so many characters together. */
export const MAX_KEYFRAMES = 64;
const MAX_TEXT_LENGTH = 32 * 1024 * 1024;

/** No two are nearer. */
const MIN_EVENTS = 64;
/** To read so much of a keyframe takes about as long as to take in one more event. */
const CHARACTERS_PER_EVENT = 2048;

/** A timeline as it was when so many events had been taken in. */
export interface Keyframe {
  /** One more than the place of the newest of them. */
  end: number;
  /** JSON. */
  text: string;
}

/**
 * A timeline as it was now and then while its events came in: what it was at any time is the next one before
 * then, and the few events behind that. However long a timeline is, they take no more than so much memory, and
 * to make them takes no longer than to take in the events.
 */
export class Keyframes {
  #frames: Keyframe[] = [];
  #textLength = 0;
  /** How far one is from the next. */
  #spacing = MIN_EVENTS;

  /** @param timeline of which no event has been taken in */
  constructor(timeline: Timeline) {
    this.#add(0, timeline);
  }

  get count(): number {
    return this.#frames.length;
  }

  /**
   * To be told after each event that was taken in.
   *
   * @param first the place of the oldest event that is kept: from one before that nothing goes on
   */
  offer(end: number, first: number, timeline: Timeline): void {
    const last = this.#frames.at(-1);
    if (!last) return;
    const spacing = Math.max(this.#spacing, last.text.length / CHARACTERS_PER_EVENT);
    if (end - last.end < spacing && last.end >= first) return;
    this.#add(end, timeline);
    while (this.#frames.length > 2 && this.#isTooMuch()) this.#thin();
  }

  /** The newest one as of `end` events or fewer. */
  before(end: number): Keyframe | undefined {
    return this.#frames.findLast((frame) => frame.end <= end);
  }

  /** The oldest one behind which all events are kept; `first` is the place of the oldest event that is. */
  from(first: number): Keyframe | undefined {
    return this.#frames.find(({ end }) => end >= first);
  }

  #add(end: number, timeline: Timeline): void {
    const text = JSON.stringify(timeline);
    this.#frames.push({ end, text });
    this.#textLength += text.length;
  }

  #isTooMuch(): boolean {
    return this.#frames.length > MAX_KEYFRAMES || this.#textLength > MAX_TEXT_LENGTH;
  }

  /** Every other one is let go, but for the oldest and the newest: from another one some time may not be reached. */
  #thin(): void {
    this.#spacing *= 2;
    const last = this.#frames.length - 1;
    this.#frames = this.#frames.filter((_, i) => i === 0 || (last - i) % 2 === 0);
    this.#textLength = this.#frames.reduce((sum, { text }) => sum + text.length, 0);
  }
}

import { uint32 } from "../run/column.js";
import type { Lines } from "../run/lines.js";
import { plainText } from "./segments.js";

/** How many lines are looked at between two looks at the clock. */
const LOOK = 256;

/** The lines that hold a text, whatever the case, among those that are shown. */
export class LogSearch {
  readonly matches = uint32();
  readonly #needle: string;
  #end: number;
  #wantedEnd: number;

  constructor(
    readonly lines: Lines,
    from: number,
    readonly passes: (place: number) => boolean,
    needle: string,
  ) {
    this.#needle = needle.toLowerCase();
    this.#end = this.#wantedEnd = from;
  }

  get isDone(): boolean {
    return this.#end >= this.#wantedEnd;
  }

  /** Looks through the lines before `end`; what it has found behind it is let go. */
  update(end: number): void {
    this.#wantedEnd = end;
    if (end >= this.#end) return;
    this.#end = end;
    this.matches.shorten(this.matches.firstNotBelow(end));
  }

  /** Looks further, until it is done or the time is up. */
  advance(budgetMs: number): void {
    const until = performance.now() + budgetMs;
    for (; !this.isDone; this.#end++) {
      if (this.#end % LOOK === 0 && performance.now() > until) return;
      const place = this.#end;
      if (!this.passes(place)) continue;
      const text = plainText(this.lines.message(place)).toLowerCase();
      if (text.includes(this.#needle)) this.matches.push(place);
    }
  }

  /** Which of the matches is the next one from a line on, in either direction; around the ends. */
  next(from: number, direction: 1 | -1): number | undefined {
    const { length } = this.matches;
    if (length === 0) return undefined;
    const first = this.matches.firstNotBelow(direction === 1 ? from + 1 : from);
    return (first + (direction === 1 ? 0 : -1) + length) % length;
  }
}

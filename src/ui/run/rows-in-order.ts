import { int32 } from "./column.js";
import type { Note } from "./note.js";

/** What a list shows of lines or events: the places of those that pass, and notes where something is missing. */
export class RowsInOrder {
  /** Places; below 0 notes, −1 the first one. */
  readonly #rows = int32();
  #end: number;
  #noteEnd = 0;

  constructor(
    /** The first place. */
    from: number,
    readonly notes: readonly Note[],
    /** Before which place a note stands. */
    readonly placeOfNote: (note: Note) => number,
    readonly passes: (place: number) => boolean,
  ) {
    this.#end = from;
  }

  get count(): number {
    return this.#rows.length;
  }

  at(index: number): number | Note | undefined {
    if (index >= this.#rows.length) return undefined;
    const row = this.#rows.at(index);
    return row >= 0 ? row : this.notes[-row - 1];
  }

  /** The row of a place, or else that of the next one. */
  indexOf(place: number): number {
    let from = 0;
    let to = this.#rows.length;
    while (from < to) {
      const middle = (from + to) >>> 1;
      // Notes are out of the order: look at the next place instead.
      let next = middle;
      while (next < to && this.#rows.at(next) < 0) next++;
      if (next < to && this.#rows.at(next) < place) from = next + 1;
      else to = middle;
    }
    while (from < this.#rows.length - 1 && this.#rows.at(from) < 0) from++;
    return from;
  }

  /** Shows the places before `end`: takes in those that have come since, or lets those behind it go. */
  update(end: number): void {
    if (end < this.#end) this.#shorten(end);
    for (let place = this.#end; place < end; place++) {
      this.#addNotes(place);
      if (this.passes(place)) this.#rows.push(place);
    }
    this.#end = end;
    this.#addNotes(end);
  }

  #shorten(end: number): void {
    let { length } = this.#rows;
    for (; length > 0; length--) {
      const row = this.at(length - 1);
      if (typeof row === "number") {
        if (row < end) break;
      } else if (row) {
        if (this.placeOfNote(row) <= end) break;
        this.#noteEnd--;
      }
    }
    this.#rows.shorten(length);
  }

  /** Those that stand before a place. */
  #addNotes(place: number): void {
    for (let note = this.notes[this.#noteEnd]; note; note = this.notes[this.#noteEnd]) {
      if (this.placeOfNote(note) > place) return;
      this.#rows.push(-1 - this.#noteEnd++);
    }
  }
}

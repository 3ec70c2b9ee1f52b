import { uint32 } from "../run/column.js";
import type { Lines } from "../run/lines.js";
import type { Note } from "../run/note.js";
import { RowsInOrder } from "../run/rows-in-order.js";

/** The lines of one step, under a heading. */
export interface Group {
  key: string;
  scope: string;
  nodeId: string;
  count: number;
}

export type Row =
  { kind: "line"; place: number } | { kind: "note"; note: Note } | { kind: "group"; group: Group };

/** The rows of a log, of which there are many and few are seen. More lines make more rows at little cost. */
export interface LogRows {
  readonly count: number;
  at(index: number): Row | undefined;
  /** The row of a line, or else that of the next one. */
  indexOfLine(place: number): number;
  /** Shows the lines before `end`: takes in those that have come since, or lets those behind it go. */
  update(end: number): void;
}

/** The lines in the order of the log, what is missing said in its place. */
export class LinesInOrder implements LogRows {
  readonly #rows: RowsInOrder;

  constructor(from: number, notes: readonly Note[], passes: (place: number) => boolean) {
    this.#rows = new RowsInOrder(from, notes, ({ line }) => line, passes);
  }

  get count(): number {
    return this.#rows.count;
  }

  at(index: number): Row | undefined {
    const row = this.#rows.at(index);
    return typeof row === "number"
      ? { kind: "line", place: row }
      : row && { kind: "note", note: row };
  }

  indexOfLine(place: number): number {
    return this.#rows.indexOf(place);
  }

  update(end: number): void {
    this.#rows.update(end);
  }
}

/** Rows by step, each under its heading, in the order in which the steps first said something. */
export class RowsByStep implements LogRows {
  readonly #groups: (Group & { rows: ReturnType<typeof uint32> })[] = [];
  readonly #byKey = new Map<string, number>();
  /** The row of each heading. */
  readonly #starts: number[] = [];
  #count = 0;
  #lineEnd: number;

  constructor(
    readonly lines: Lines,
    from: number,
    readonly notes: readonly Note[],
    readonly passes: (place: number) => boolean,
    readonly isClosed: (key: string) => boolean,
  ) {
    this.#lineEnd = from;
  }

  get count(): number {
    return this.#count;
  }

  at(index: number): Row | undefined {
    const note = this.notes[index];
    if (note) return { kind: "note", note };
    const number = this.#groupAt(index);
    const group = this.#groups[number];
    if (!group || index >= this.#count) return undefined;
    const within = index - (this.#starts[number] ?? 0);
    return within === 0
      ? { kind: "group", group }
      : { kind: "line", place: group.rows.at(within - 1) };
  }

  indexOfLine(place: number): number {
    const number = this.#byKey.get(this.#keyOf(place));
    const group = this.#groups[number ?? -1];
    if (number === undefined || !group) return 0;
    const start = this.#starts[number] ?? 0;
    return this.isClosed(group.key) ? start : start + 1 + group.rows.firstNotBelow(place);
  }

  update(end: number): void {
    if (end < this.#lineEnd) this.#shorten(end);
    for (let place = this.#lineEnd; place < end; place++) {
      if (!this.passes(place)) continue;
      const group = this.#groups[this.#numberOf(place)];
      if (!group) continue;
      group.rows.push(place);
      group.count++;
    }
    this.#lineEnd = end;
    this.#count = this.notes.length;
    this.#groups.forEach(({ key, count }, i) => {
      this.#starts[i] = this.#count;
      this.#count += 1 + (this.isClosed(key) ? 0 : count);
    });
  }

  #shorten(end: number): void {
    for (const group of this.#groups) {
      group.count = group.rows.firstNotBelow(end);
      group.rows.shorten(group.count);
    }
    // They are in the order of their first lines: those that have none any more are the last.
    while (this.#groups.at(-1)?.count === 0) {
      this.#byKey.delete(this.#groups.pop()?.key ?? "");
      this.#starts.pop();
    }
  }

  #keyOf(place: number): string {
    return `${this.lines.scope(place)}#${this.lines.node(place)}`;
  }

  #numberOf(place: number): number {
    const key = this.#keyOf(place);
    let number = this.#byKey.get(key);
    if (number === undefined) {
      number = this.#groups.length;
      this.#byKey.set(key, number);
      const [scope, nodeId] = [this.lines.scope(place), this.lines.node(place)];
      this.#groups.push({ key, scope, nodeId, count: 0, rows: uint32() });
    }
    return number;
  }

  #groupAt(index: number): number {
    let from = 0;
    let to = this.#starts.length;
    while (from < to) {
      const middle = (from + to) >>> 1;
      if ((this.#starts[middle] ?? 0) <= index) from = middle + 1;
      else to = middle;
    }
    return from - 1;
  }
}

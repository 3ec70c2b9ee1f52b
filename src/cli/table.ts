import { printable } from "./colour.js";

const GAP = "  ";
/** No column becomes narrower for the others' sake. */
const LEAST = 8;

/** What becomes of the columns of a table that does not fit, by their places. */
interface Narrowing {
  /** These are not cut: a part of what they say is of no use. */
  whole?: readonly number[];
  /** These are left out, the first of them first, where cutting the others is not enough. */
  spare?: readonly number[];
}

/** The width of the terminal, in characters; undefined where the output goes elsewhere, or it is not known. */
export function terminalWidth(): number | undefined {
  return process.stdout.isTTY && process.stdout.columns > 0 ? process.stdout.columns : undefined;
}

/**
 * Rows in columns that are as wide as they need to be. Where they do not fit, the widest are cut, and what is cut
 * ends in an ellipsis.
 *
 * @param width of the terminal, in characters; undefined: nothing is cut
 */
export function table(
  rows: readonly (readonly string[])[],
  width: number | undefined,
  { whole = [], spare = [] }: Narrowing = {},
): string[] {
  const cells = rows.map((row) =>
    row.map((cell) => printable(cell, false).replaceAll(/\s+/g, " ")),
  );
  const columns = Math.max(0, ...cells.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, i) =>
    Math.max(0, ...cells.map((row) => lengthOf(row[i] ?? ""))),
  );
  const shown = new Set(widths.keys());
  if (width !== undefined) {
    const leastOf = (i: number) =>
      whole.includes(i) ? (widths[i] ?? 0) : Math.min(LEAST, widths[i] ?? 0);
    for (const column of spare) {
      const least = sumOf([...shown].map(leastOf)) + GAP.length * (shown.size - 1);
      if (least > width) shown.delete(column);
    }
    const mayBeCut = [...shown].filter((i) => !whole.includes(i));
    narrow(widths, mayBeCut, width - GAP.length * (shown.size - 1), shown);
  }
  return cells.map((row) =>
    [...shown]
      .map((i) => fit(row[i] ?? "", widths[i] ?? 0))
      .join(GAP)
      .trimEnd(),
  );
}

/** Cuts the widest of the columns that may be cut, until all that are shown fit. */
function narrow(
  widths: number[],
  mayBeCut: readonly number[],
  room: number,
  shown: ReadonlySet<number>,
): void {
  for (;;) {
    const total = sumOf([...shown].map((i) => widths[i] ?? 0));
    const most = Math.max(...mayBeCut.map((i) => widths[i] ?? 0));
    if (total <= room || most <= LEAST) return;
    const widest = widths.findIndex((one, i) => one === most && mayBeCut.includes(i));
    widths[widest] = Math.max(LEAST, most - (total - room));
  }
}

function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, one) => sum + one, 0);
}

function fit(cell: string, width: number): string {
  const length = lengthOf(cell);
  if (length <= width) return cell + " ".repeat(width - length);
  return `${Array.from(cell)
    .slice(0, width - 1)
    .join("")}…`;
}

function lengthOf(text: string): number {
  return Array.from(text).length;
}

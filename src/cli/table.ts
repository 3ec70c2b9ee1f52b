import stringWidth from "string-width";
import { printable } from "./colour.js";

const GAP = "  ";
/** No column becomes narrower for the others' sake. */
const LEAST = 8;

/** What becomes of the columns of a table that does not fit, by their places. */
interface Narrowing {
  /** These are not cut, unless they take more than half of the terminal: a part of what they say is of no use. */
  whole?: readonly number[];
  /** These are left out, the first of them first, where cutting the others is not enough. */
  spare?: readonly number[];
}

/** How many narrow characters the terminal is wide; undefined where the output goes elsewhere, or it is not known. */
export function terminalWidth(): number | undefined {
  return process.stdout.isTTY && process.stdout.columns > 0 ? process.stdout.columns : undefined;
}

/**
 * Rows in columns that are as wide as they need to be. Where they do not fit, the widest are cut, and what is cut
 * ends in an ellipsis. What is wide in a terminal, such as Chinese and emoji, counts as that.
 *
 * @param width of the terminal; undefined: nothing is cut
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
    Math.max(0, ...cells.map((row) => stringWidth(row[i] ?? ""))),
  );
  const shown = new Set(widths.keys());
  if (width !== undefined) {
    const isWhole = (i: number) => whole.includes(i) && (widths[i] ?? 0) <= width / 2;
    const leastOf = (i: number) =>
      isWhole(i) ? (widths[i] ?? 0) : Math.min(LEAST, widths[i] ?? 0);
    for (const column of spare) {
      const least = sumOf([...shown].map(leastOf)) + GAP.length * (shown.size - 1);
      if (least > width) shown.delete(column);
    }
    const mayBeCut = [...shown].filter((i) => !isWhole(i));
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
  const own = stringWidth(cell);
  if (own <= width) return cell + " ".repeat(width - own);
  let cut = "";
  for (const { segment } of graphemes.segment(cell)) {
    if (stringWidth(cut + segment) > width - 1) break;
    cut += segment;
  }
  return `${cut}…${" ".repeat(width - 1 - stringWidth(cut))}`;
}

const graphemes = new Intl.Segmenter();

import { printable } from "./colour.js";

const GAP = "  ";
/** No column becomes narrower for the others' sake. */
const LEAST = 8;

/**
 * Rows in columns that are as wide as they need to be. Where they do not fit, the widest are cut, and what is cut
 * ends in an ellipsis.
 *
 * @param width of the terminal, in characters; undefined: nothing is cut
 */
export function table(rows: readonly (readonly string[])[], width: number | undefined): string[] {
  const cells = rows.map((row) =>
    row.map((cell) => printable(cell, false).replaceAll(/\s+/g, " ")),
  );
  const columns = Math.max(0, ...cells.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, i) =>
    Math.max(0, ...cells.map((row) => lengthOf(row[i] ?? ""))),
  );
  if (width !== undefined) narrow(widths, width - GAP.length * (columns - 1));
  return cells.map((row) =>
    row
      .map((cell, i) => fit(cell, widths[i] ?? 0))
      .join(GAP)
      .trimEnd(),
  );
}

function narrow(widths: number[], room: number): void {
  for (;;) {
    const total = widths.reduce((sum, one) => sum + one, 0);
    const widest = widths.indexOf(Math.max(...widths));
    const least = widths[widest] ?? 0;
    if (total <= room || least <= LEAST) return;
    widths[widest] = Math.max(LEAST, least - (total - room));
  }
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

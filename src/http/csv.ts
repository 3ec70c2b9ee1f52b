import { stringify } from "csv-stringify/sync";

/**
 * Rows as CSV (RFC 4180, lines ending in CRLF). Objects and arrays become JSON; null and undefined are empty. A text
 * that a spreadsheet would take for a formula has an apostrophe before it.
 */
export function csv(rows: readonly (readonly unknown[])[]): string {
  return stringify(rows as unknown[][], {
    escape_formulas: true,
    record_delimiter: "windows",
    cast: { boolean: String },
  });
}

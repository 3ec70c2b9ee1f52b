import { stringify } from "csv-stringify/sync";

/**
 * Rows as CSV (RFC 4180, lines ending in CRLF). Objects and arrays become JSON; null and undefined are empty. A text
 * that a spreadsheet would take for a formula has an apostrophe before it, also where a spreadsheet parts cells at
 * semicolons or tabs, as it does in half of the world.
 */
export function csv(rows: readonly (readonly unknown[])[]): string {
  return stringify(rows as unknown[][], {
    escape_formulas: true,
    record_delimiter: "windows",
    // Otherwise a text of several lines would be several rows, unless its lines end in CRLF.
    quote_record_delimiter: true,
    quoted_match: /[;\t]/,
    cast: {
      boolean: String,
      string: (text) => (text.startsWith("\n") ? `'${text}` : text),
    },
  });
}

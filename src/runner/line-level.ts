import { parseLogLevel, type LogLevel } from "../envelope/catalogue/log-entry.js";

export type OutputStream = "stdout" | "stderr";

/** Colours and other styles of a terminal (ECMA-48, SGR). */
// eslint-disable-next-line no-control-regex -- an escape sequence starts with one
const STYLES = /\u001b\[[0-9;:]*m/g;

/** The first word, whatever sets it off: `ERROR foo`, `[warn] foo`, `npm error foo`, `fatal: foo`. */
const FIRST_WORD = /^\W*(?:npm )?(?<word>[A-Za-z]+)/;

/**
 * How serious a line of output is. What is written to stdout is `info`. What is written to stderr is what
 * its first word says, and otherwise `warning`: tools write both progress and trouble there, and a line
 * that explains a failure must not be lost among the rest.
 */
export function levelOfLine(stream: OutputStream, text: string): LogLevel {
  if (stream === "stdout") return "info";
  const word = FIRST_WORD.exec(text.slice(0, 80).replace(STYLES, ""))?.groups?.["word"];
  if (word === undefined) return "warning";
  return parseLogLevel(word.toLowerCase() === "note" ? "notice" : word) ?? "warning";
}

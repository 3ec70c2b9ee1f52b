import { StringDecoder } from "node:string_decoder";
import { MAX_MESSAGE_BYTES } from "../envelope/catalogue/log-entry.js";

/** One line of a command's output, without its line end. */
export interface OutputLine {
  text: string;
  /**
   * `complete`, or `continued`: longer than a log message may be, it goes on in the next one; or
   * `overwritten`: it ended with a carriage return alone, as the states of a progress bar do.
   */
  kind: "complete" | "continued" | "overwritten";
}

/** A line feed with the carriage returns before it; or carriage returns that something else follows. */
const LINE_END = /\r*\n|\r+(?=[^\r\n])/g;

/**
 * Cuts a stream of bytes into lines: nothing is left out and the order is kept. Characters may be split
 * between chunks; bytes that are no UTF-8 become U+FFFD. No more than one log message is held back.
 */
export class OutputLines {
  readonly #decoder = new StringDecoder("utf8");
  #rest = "";

  /** The lines that end in this chunk. */
  push(chunk: Buffer): OutputLine[] {
    return this.#cut(this.#rest + this.#decoder.write(chunk));
  }

  /** What is left when the stream ends: a last line without a line end. */
  end(): OutputLine[] {
    const lines = this.#cut(this.#rest + this.#decoder.end());
    const text = this.#rest.replace(/\r+$/, "");
    this.#rest = "";
    if (text !== "") lines.push({ text, kind: "complete" });
    return lines;
  }

  #cut(text: string): OutputLine[] {
    const lines: OutputLine[] = [];
    let start = 0;
    for (const match of text.matchAll(LINE_END)) {
      const line = text.slice(start, match.index);
      start = match.index + match[0].length;
      if (match[0].endsWith("\n")) lines.push(...messages(line, "complete"));
      // A progress bar that goes back to the start of the line first has nothing to overwrite yet.
      else if (line !== "") lines.push(...messages(line, "overwritten"));
    }
    const open = messages(text.slice(start), "complete");
    this.#rest = open.pop()?.text ?? "";
    lines.push(...open);
    return lines;
  }
}

const encoder = new TextEncoder();
const scratch = new Uint8Array(MAX_MESSAGE_BYTES);

/** A line as log messages: more than one when it is longer than one may be. At least one. */
function messages(text: string, kind: OutputLine["kind"]): OutputLine[] {
  const lines: OutputLine[] = [];
  let rest = text;
  // A code unit is at most three bytes of UTF-8: nearly every line is known to fit without encoding it.
  while (rest.length * 3 > MAX_MESSAGE_BYTES) {
    const { read } = encoder.encodeInto(rest, scratch);
    if (read === rest.length) break;
    lines.push({ text: rest.slice(0, read), kind: "continued" });
    rest = rest.slice(read);
  }
  lines.push({ text: rest, kind });
  return lines;
}

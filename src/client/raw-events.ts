import { ProtocolError } from "./errors.js";

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const OPENING = new Set([0x7b, 0x5b]);
const CLOSING = new Set([0x7d, 0x5d]);
const BLANKS = new Set([0x20, 0x09, 0x0a, 0x0d]);

/**
 * The envelopes in a message of events, `{…,"events":[{"cursor":…,"event":<envelope>}, …],…}`, as they
 * stand there: parsing and writing them again would hide bytes that are not canonical.
 *
 * @param text - a message that has been parsed: it is JSON, and its `events` is an array of objects
 * @throws ProtocolError when one of them has no `event`
 */
export function rawEvents(text: string): string[] {
  const found: string[] = [];
  let at = memberOf(text, skipBlanks(text, 0), "events") + 1;
  for (at = skipBlanks(text, at); OPENING.has(text.charCodeAt(at)); at = nextOf(text, at)) {
    const start = memberOf(text, at, "event");
    const end = valueEnd(text, start, 0);
    found.push(text.slice(start, end));
    at = valueEnd(text, end, 1);
  }
  return found;
}

/** Where the value of a member starts, in the object that starts at `at`. */
function memberOf(text: string, at: number, name: string): number {
  const wanted = JSON.stringify(name);
  for (at = skipBlanks(text, at + 1); text.charCodeAt(at) === QUOTE; at = nextOf(text, at)) {
    const end = stringEnd(text, at);
    const value = skipBlanks(text, skipBlanks(text, end) + 1);
    if (text.slice(at, end) === wanted) return value;
    at = valueEnd(text, value, 0);
  }
  throw new ProtocolError(`a message of events has none where ${wanted} should be`);
}

/** Where the next member or element starts, behind the one that ends at `at`; or where there is none. */
function nextOf(text: string, at: number): number {
  const next = skipBlanks(text, at);
  return text.charCodeAt(next) === COMMA ? skipBlanks(text, next + 1) : next;
}

/** Where the value ends that starts at `at`; with depth 1, the object or array in which `at` stands. */
function valueEnd(text: string, at: number, depth: number): number {
  for (let i = at; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === QUOTE) {
      i = stringEnd(text, i) - 1;
      if (depth === 0) return i + 1;
    } else if (OPENING.has(code)) depth++;
    else if (CLOSING.has(code)) {
      // At depth 0 it closes what a number or a word stood in.
      if (depth === 0) return i;
      if (--depth === 0) return i + 1;
    } else if (depth === 0 && (code === COMMA || BLANKS.has(code))) return i;
  }
  return text.length;
}

function stringEnd(text: string, at: number): number {
  for (let end = text.indexOf('"', at + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    let backslashes = 0;
    while (text.charCodeAt(end - 1 - backslashes) === BACKSLASH) backslashes++;
    if (backslashes % 2 === 0) return end + 1;
  }
  return text.length;
}

function skipBlanks(text: string, at: number): number {
  while (BLANKS.has(text.charCodeAt(at))) at++;
  return at;
}

import { MAX_DEPTH } from "./canonical.js";
import type { MemberMarks } from "./member-marks.js";

const QUOTE = 0x22;
const PLUS = 0x2b;
const COMMA = 0x2c;
const MINUS = 0x2d;
const POINT = 0x2e;
const ZERO = 0x30;
const COLON = 0x3a;
const OPEN_ARRAY = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_ARRAY = 0x5d;
const E = 0x65;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const FIRST_PRINTABLE = 0x20;
/** The first bytes of what UTF-16 writes as U+E000 and beyond, or as surrogates. */
const FIRST_OUT_OF_ORDER = 0xee;

/** So many digits are an integer that a double holds exactly, whatever they are. */
const SAFE_DIGITS = 15;
/** `-2.2250738585072014e-308`, and one to spare. */
const LONGEST_NUMBER = 25;
const NOT_CANONICAL = -1;

/**
 * Whether well-formed UTF-8 is canonical JSON (RFC 8785) of a value that has a canonical form: what
 * `canonicalize(JSON.parse(text)) === text` says, found in one pass over the bytes, with nothing parsed and
 * nothing written.
 *
 * @param bytes that UTF-8 is well-formed in them is for the caller to know: it is not looked at
 * @param depth how deeply arrays and objects may be nested
 */
export function isCanonicalJson(bytes: Uint8Array, depth = MAX_DEPTH): boolean {
  return endOfValue(bytes, 0, depth) === bytes.length;
}

/**
 * Where the canonical JSON ends that starts at `at`, by the same rules; -1 where there is none. The members
 * of an object are put into `marks`, those of objects in it are not.
 */
export function endOfCanonical(
  bytes: Uint8Array,
  at: number,
  depth: number,
  marks?: MemberMarks,
): number {
  marks?.clear();
  return marks && bytes[at] === OPEN_OBJECT && depth > 0
    ? endOfObject(bytes, at + 1, depth - 1, marks)
    : endOfValue(bytes, at, depth);
}

/** Where the value that starts at `at` ends. */
function endOfValue(bytes: Uint8Array, at: number, depth: number): number {
  switch (bytes[at]) {
    case QUOTE:
      return endOfString(bytes, at + 1);
    case OPEN_OBJECT:
      return depth > 0 ? endOfObject(bytes, at + 1, depth - 1, undefined) : NOT_CANONICAL;
    case OPEN_ARRAY:
      return depth > 0 ? endOfArray(bytes, at + 1, depth - 1) : NOT_CANONICAL;
    case 0x74:
      return endOfWord(bytes, at, TRUE);
    case 0x66:
      return endOfWord(bytes, at, FALSE);
    case 0x6e:
      return endOfWord(bytes, at, NULL);
    default:
      return endOfNumber(bytes, at);
  }
}

function endOfObject(
  bytes: Uint8Array,
  from: number,
  depth: number,
  marks: MemberMarks | undefined,
): number {
  let at = from;
  if (bytes[at] === CLOSE_OBJECT) return at + 1;
  let previous = NOT_CANONICAL;
  for (;;) {
    if (bytes[at] !== QUOTE) return NOT_CANONICAL;
    const key = at + 1;
    at = endOfString(bytes, key);
    if (at < 0 || bytes[at] !== COLON) return NOT_CANONICAL;
    if (previous >= 0 && !rises(bytes, previous, key)) return NOT_CANONICAL;
    previous = key;
    const value = at + 1;
    at = endOfValue(bytes, value, depth);
    if (at < 0) return NOT_CANONICAL;
    if (marks) marks.add(key, value, at);
    const next = bytes[at++];
    if (next === CLOSE_OBJECT) return at;
    if (next !== COMMA) return NOT_CANONICAL;
  }
}

function endOfArray(bytes: Uint8Array, from: number, depth: number): number {
  let at = from;
  if (bytes[at] === CLOSE_ARRAY) return at + 1;
  for (;;) {
    at = endOfValue(bytes, at, depth);
    if (at < 0) return NOT_CANONICAL;
    const next = bytes[at++];
    if (next === CLOSE_ARRAY) return at;
    if (next !== COMMA) return NOT_CANONICAL;
  }
}

/** Behind the closing quote of the string whose first character is at `from`. */
function endOfString(bytes: Uint8Array, from: number): number {
  let at = from;
  for (;;) {
    // The end of the bytes is like a character that must not stand here.
    const code = bytes[at] ?? 0;
    if (code === QUOTE) return at + 1;
    if (code < FIRST_PRINTABLE) return NOT_CANONICAL;
    if (code === BACKSLASH) {
      const length = lengthOfEscape(bytes, at);
      if (length === 0) return NOT_CANONICAL;
      at += length;
    } else at++;
  }
}

/** The length of the escape at a backslash; 0 where RFC 8785 (section 3.2.2.2) writes the character otherwise. */
function lengthOfEscape(bytes: Uint8Array, at: number): number {
  if ('"\\bfnrt'.includes(ascii(bytes, at + 1, at + 2))) return bytes.length > at + 1 ? 2 : 0;
  // Whatever else is below the blank: four digits, in lower case.
  return /^\\u00(?:0[0-7be-f]|1[0-9a-f])$/.test(ascii(bytes, at, at + 6)) ? 6 : 0;
}

/** Whether the key that starts at `next` comes behind the one at `previous`, by UTF-16 code units. */
function rises(bytes: Uint8Array, previous: number, next: number): boolean {
  for (let i = 0; ; i++) {
    const one = bytes[previous + i] ?? 0;
    const other = bytes[next + i] ?? 0;
    // UTF-8 is in the order of code points, which differs from that of UTF-16 from U+E000 on.
    const isOtherOrder = one >= FIRST_OUT_OF_ORDER && other >= FIRST_OUT_OF_ORDER && one !== other;
    if (one === BACKSLASH || other === BACKSLASH || isOtherOrder) {
      return keyAt(bytes, previous) < keyAt(bytes, next);
    }
    // A quote ends a key here, so the shorter one comes first.
    if (one === QUOTE) return other !== QUOTE;
    if (other === QUOTE) return false;
    if (one !== other) return one < other;
  }
}

const utf8 = new TextDecoder();

function keyAt(bytes: Uint8Array, from: number): string {
  return JSON.parse(utf8.decode(bytes.subarray(from - 1, endOfString(bytes, from)))) as string;
}

function endOfNumber(bytes: Uint8Array, from: number): number {
  const digits = bytes[from] === MINUS ? from + 1 : from;
  let at = digits;
  while (isDigit(bytes[at] ?? 0)) at++;
  const length = at - digits;
  const next = bytes[at];
  if (length > 0 && length <= SAFE_DIGITS && next !== POINT && next !== E) {
    if (bytes[digits] !== ZERO) return at;
    // Zero is 0, and negative zero is refused.
    return length === 1 && digits === from ? at : NOT_CANONICAL;
  }
  while (isOfNumber(bytes[at] ?? 0)) at++;
  if (at - from > LONGEST_NUMBER) return NOT_CANONICAL;
  const written = ascii(bytes, from, at);
  const value = Number(written);
  if (written === "" || String(value) !== written) return NOT_CANONICAL;
  const isAmbiguous =
    Number.isInteger(value) && !Number.isSafeInteger(value) && Math.abs(value) < 1e21;
  return isAmbiguous ? NOT_CANONICAL : at;
}

function isDigit(code: number): boolean {
  return code >= ZERO && code < COLON;
}

/** Of a fraction or an exponent; that they stand in the right order is for the comparison to show. */
function isOfNumber(code: number): boolean {
  return isDigit(code) || code === POINT || code === E || code === PLUS || code === MINUS;
}

function ascii(bytes: Uint8Array, from: number, to: number): string {
  return String.fromCharCode(...bytes.subarray(from, to));
}

const TRUE = wordOf("true");
const FALSE = wordOf("false");
const NULL = wordOf("null");

function wordOf(text: string): readonly number[] {
  return Array.from(text, (letter) => letter.charCodeAt(0));
}

function endOfWord(bytes: Uint8Array, at: number, word: readonly number[]): number {
  return word.every((code, i) => bytes[at + i] === code) ? at + word.length : NOT_CANONICAL;
}

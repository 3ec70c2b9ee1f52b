const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
/** JSON's white space is at or below it. */
const SPACE = 0x20;

/**
 * The text of each item of a JSON array, found by its brackets and quotes alone at some 300 MB/s. Every
 * item can then be measured and parsed by itself: parsing 16 MiB of brackets in one go takes 4 s.
 *
 * Whether the items are JSON is not looked at, only that what surrounds them is an array.
 *
 * @returns undefined when the brackets do not match; `maxItems + 1` items where there are more
 */
export function arrayItems(text: Uint8Array, maxItems: number): Uint8Array[] | undefined {
  const items: Uint8Array[] = [];
  let depth = 0;
  let start = 0;
  for (let i = 0; i < text.length; i++) {
    switch (text[i]) {
      case QUOTE:
        i = endOfString(text, i);
        break;
      case OPEN_BRACKET:
      case OPEN_BRACE:
        if (depth++ === 0) start = i + 1;
        break;
      case COMMA:
        if (depth > 1) break;
        items.push(text.subarray(start, i));
        start = i + 1;
        if (items.length > maxItems) return items;
        break;
      case CLOSE_BRACKET:
      case CLOSE_BRACE:
        if (--depth > 0) break;
        if (depth < 0 || !isBlank(text.subarray(i + 1))) return undefined;
        if (items.length > 0 || !isBlank(text.subarray(start, i))) {
          items.push(text.subarray(start, i));
        }
        return text[i] === CLOSE_BRACKET ? items : undefined;
      default:
    }
  }
  return undefined;
}

/** Place of the quote that closes the string which the one at `start` opens. */
function endOfString(text: Uint8Array, start: number): number {
  for (let i = start + 1; i < text.length; i++) {
    if (text[i] === BACKSLASH) i++;
    else if (text[i] === QUOTE) return i;
  }
  return text.length;
}

function isBlank(text: Uint8Array): boolean {
  return text.every((byte) => byte <= SPACE);
}

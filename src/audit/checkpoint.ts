import { base64 } from "@scure/base";
import { HASH_BYTES } from "./merkle-tree.js";
import { MalformedNoteError } from "./note.js";

/** What a log was at a size: the text of a note (C2SP tlog-checkpoint). */
export interface Checkpoint {
  /** The name of the log. */
  origin: string;
  /** How many leaves it had. */
  size: number;
  /** The root of the tree of these leaves. */
  root: Uint8Array;
  /** Further lines; none is empty. */
  extensions: readonly string[];
}

/** The text to sign. */
export function formatCheckpoint({ origin, size, root, extensions }: Checkpoint): string {
  return `${[origin, size, base64.encode(root), ...extensions].join("\n")}\n`;
}

/**
 * Reads the text of a note.
 *
 * @throws MalformedNoteError
 */
export function parseCheckpoint(text: string): Checkpoint {
  const [origin = "", decimal = "", encoded = "", ...extensions] = text.split("\n");
  const end = extensions.pop();
  if (end !== "" || origin === "" || extensions.includes("")) {
    throw new MalformedNoteError("a checkpoint has lines for origin, size and root");
  }
  const size = Number(decimal);
  if (!/^(0|[1-9]\d*)$/.test(decimal) || !Number.isSafeInteger(size)) {
    throw new MalformedNoteError(`${JSON.stringify(decimal)} is not the size of a checkpoint`);
  }
  const root = decodeHash(encoded);
  if (root === undefined) {
    throw new MalformedNoteError(`${JSON.stringify(encoded)} is not the root of a checkpoint`);
  }
  return { origin, size, root, extensions };
}

const NO_SEXTET = 64;
/** The value of each letter of base64 (RFC 4648, section 4), by its code. */
const SEXTETS = new Uint8Array(128).fill(NO_SEXTET);
Array.from("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/").forEach(
  (letter, i) => {
    SEXTETS[letter.charCodeAt(0)] = i;
  },
);
const ENCODED_HASH_LENGTH = 44;

/**
 * The 32 bytes that a hash in base64 stands for, or undefined: also for other texts that would decode to
 * them. Proofs are made of nothing else, so that it has to take a fifth of the time of a decoder for all.
 */
export function decodeHash(encoded: string): Uint8Array | undefined {
  if (encoded.length !== ENCODED_HASH_LENGTH || !encoded.endsWith("=")) return undefined;
  const bytes = new Uint8Array(HASH_BYTES);
  let seen = 0;
  const sextet = (i: number): number => {
    const value = SEXTETS[encoded.charCodeAt(i)] ?? NO_SEXTET;
    seen |= value;
    return value;
  };
  let at = 0;
  let i = 0;
  for (; at < HASH_BYTES - 2; at += 3, i += 4) {
    const bits = (sextet(i) << 18) | (sextet(i + 1) << 12) | (sextet(i + 2) << 6) | sextet(i + 3);
    bytes[at] = bits >> 16;
    bytes[at + 1] = bits >> 8;
    bytes[at + 2] = bits;
  }
  // Three letters are two bytes and two bits, which have to be 0.
  const bits = (sextet(i) << 12) | (sextet(i + 1) << 6) | sextet(i + 2);
  bytes[at] = bits >> 10;
  bytes[at + 1] = bits >> 2;
  return (seen & NO_SEXTET) === 0 && (bits & 3) === 0 ? bytes : undefined;
}

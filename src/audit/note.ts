import { concatBytes, hexToBytes, bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import { base64 } from "@scure/base";
import { publicKeyOf, signEd25519 } from "./ed25519.js";
import { isKeyName, isSignedBy, verifierKey, type VerifierKey } from "./verifier-key.js";

/** A text and who signed it (C2SP signed-note). */
export interface SignedNote {
  /** Ends with a line end. */
  text: string;
  signatures: NoteSignature[];
}

export interface NoteSignature {
  name: string;
  /** 8 hexadecimal digits. */
  keyId: string;
  signature: Uint8Array;
}

/** A text that is no signed note, or whose lines are not those of what it should be. */
export class MalformedNoteError extends Error {
  override readonly name = "MalformedNoteError";
}

/** Whoever signs notes under one name. */
export interface NoteSigner {
  key: VerifierKey;
  sign: (message: Uint8Array) => Uint8Array;
}

/** Signs with a secret Ed25519 key of 32 bytes. */
export function noteSigner(name: string, seed: Uint8Array): NoteSigner {
  return {
    key: verifierKey(name, publicKeyOf(seed)),
    sign: (message) => signEd25519(seed, message),
  };
}

/** As in the reference implementation (golang.org/x/mod/sumdb/note). */
const MAX_NOTE_LENGTH = 1_000_000;
const MAX_SIGNATURES = 100;

const KEY_ID_BYTES = 4;
const SEPARATOR = "\n\n";
const SIGNATURE_LINE = /^\u2014 (\S+) (\S+)$/;
/** Any control character of ASCII but the line end. */
const FORBIDDEN = /[^\n\u0020-\u{10ffff}]/u;

/**
 * Reads a signed note. Proves nothing: that is for {@link verifyNote}.
 *
 * @throws MalformedNoteError
 */
export function parseNote(note: string): SignedNote {
  if (note.length > MAX_NOTE_LENGTH) {
    throw new MalformedNoteError(`a note has at most ${MAX_NOTE_LENGTH} characters`);
  }
  if (FORBIDDEN.test(note) || !note.isWellFormed()) {
    throw new MalformedNoteError("a note holds no control characters but line ends");
  }
  const split = note.lastIndexOf(SEPARATOR);
  if (split < 0 || !note.endsWith("\n")) {
    throw new MalformedNoteError("a note is a text, an empty line, and lines of signatures");
  }
  const lines = note.slice(split + SEPARATOR.length).split("\n");
  lines.pop();
  if (lines.length === 0) throw new MalformedNoteError("the note is not signed");
  if (lines.length > MAX_SIGNATURES) {
    throw new MalformedNoteError(`a note has at most ${MAX_SIGNATURES} signatures`);
  }
  return { text: note.slice(0, split + 1), signatures: lines.map(parseSignature) };
}

function parseSignature(line: string): NoteSignature {
  const [, name = "", encoded = ""] = SIGNATURE_LINE.exec(line) ?? [];
  const malformed = new MalformedNoteError(
    `${JSON.stringify(line)} is not the line of a signature, "— <name> <base64>"`,
  );
  if (!isKeyName(name)) throw malformed;
  let bytes: Uint8Array;
  try {
    bytes = base64.decode(encoded);
  } catch {
    throw malformed;
  }
  if (bytes.length <= KEY_ID_BYTES) throw malformed;
  const keyId = bytesToHex(bytes.subarray(0, KEY_ID_BYTES));
  return { name, keyId, signature: bytes.subarray(KEY_ID_BYTES) };
}

/** What the signatures of a note are worth to somebody who trusts some keys. */
export type NoteVerdict =
  | { outcome: "signed"; by: VerifierKey[] }
  /** None of the keys has signed it; the names and ids are those of who has. */
  | { outcome: "unknown"; signers: string[] }
  /** It says to be signed by one of the keys, and is not: the text, or the signature, was altered. */
  | { outcome: "forged"; by: VerifierKey };

/**
 * Whether some of `keys` signed the note. Signatures of others are passed over; one that fails makes the
 * whole note worthless, as in the reference implementation.
 */
export function verifyNote(
  { text, signatures }: SignedNote,
  keys: readonly VerifierKey[],
): NoteVerdict {
  const message = utf8ToBytes(text);
  const by = new Set<VerifierKey>();
  for (const { name, keyId, signature } of signatures) {
    // Ids have 32 bits: two keys of one name may share one, and either may have signed.
    const candidates = keys.filter((key) => key.name === name && key.keyId === keyId);
    const [first] = candidates;
    if (first === undefined || candidates.some((key) => by.has(key))) continue;
    const signer = candidates.find((key) => isSignedBy(key, message, signature));
    if (signer === undefined) return { outcome: "forged", by: first };
    by.add(signer);
  }
  if (by.size > 0) return { outcome: "signed", by: [...by] };
  return {
    outcome: "unknown",
    signers: signatures.map(({ name, keyId }) => `${name}+${keyId}`),
  };
}

/**
 * Signs a text.
 *
 * @param text ends with a line end
 */
export function signNote(text: string, signers: readonly NoteSigner[]): string {
  const message = utf8ToBytes(text);
  const lines = signers.map(({ key, sign }) => {
    const signature = concatBytes(hexToBytes(key.keyId), sign(message));
    return `\u2014 ${key.name} ${base64.encode(signature)}\n`;
  });
  return `${text}\n${lines.join("")}`;
}

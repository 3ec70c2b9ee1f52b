import { base64 } from "@scure/base";
import { concatBytes, bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import { sha256Bytes } from "../envelope/hash.js";
import { verifyEd25519 } from "./ed25519.js";

/** The public key that a name signs notes with (C2SP signed-note, section "Verifier keys"), Ed25519 only. */
export interface VerifierKey {
  name: string;
  /** 8 hexadecimal digits: tells keys of one name apart. It is a hint, and proves nothing. */
  keyId: string;
  publicKey: Uint8Array;
}

/** A text that is no verifier key. */
export class MalformedVerifierKeyError extends Error {
  override readonly name = "MalformedVerifierKeyError";
  constructor(text: string, reason: string) {
    super(`${JSON.stringify(text)} is no verifier key (<name>+<key id>+<key>): ${reason}`);
  }
}

/** The type of an Ed25519 signature of a note, before the bytes of the key. */
const ED25519 = 0x01;
const PUBLIC_KEY_BYTES = 32;

/** No blank and no plus: those separate a name from what follows it. */
const NAME = /^[^\s+\p{Z}\p{Cc}]+$/u;

/** Whether notes can be signed by this name. */
export function isKeyName(name: string): boolean {
  return NAME.test(name);
}

/** The verifier key of a public Ed25519 key of 32 bytes. */
export function verifierKey(name: string, publicKey: Uint8Array): VerifierKey {
  const identity = concatBytes(utf8ToBytes(`${name}\n`), Uint8Array.of(ED25519), publicKey);
  return { name, keyId: bytesToHex(sha256Bytes(identity).subarray(0, 4)), publicKey };
}

/** `<name>+<key id>+<base64 of the type and the key>`, as keys are handed on. */
export function formatVerifierKey({ name, keyId, publicKey }: VerifierKey): string {
  return `${name}+${keyId}+${base64.encode(concatBytes(Uint8Array.of(ED25519), publicKey))}`;
}

/** @throws MalformedVerifierKeyError */
export function parseVerifierKey(text: string): VerifierKey {
  const [, name, keyId, encoded] = /^([^+]*)\+([0-9a-f]{8})\+(.+)$/s.exec(text) ?? [];
  if (name === undefined || keyId === undefined || encoded === undefined || !isKeyName(name)) {
    throw new MalformedVerifierKeyError(text, "it is not made of these three parts");
  }
  let bytes: Uint8Array;
  try {
    bytes = base64.decode(encoded);
  } catch {
    throw new MalformedVerifierKeyError(text, "its key is not base64");
  }
  if (bytes[0] !== ED25519 || bytes.length !== 1 + PUBLIC_KEY_BYTES) {
    throw new MalformedVerifierKeyError(text, "its key is not one of Ed25519");
  }
  const key = verifierKey(name, bytes.subarray(1));
  if (key.keyId !== keyId) {
    throw new MalformedVerifierKeyError(text, `the id of this name and key is ${key.keyId}`);
  }
  return key;
}

/** Whether a signature of a message was made with this key. False for whatever is malformed. */
export function isSignedBy(
  { publicKey }: VerifierKey,
  message: Uint8Array,
  signature: Uint8Array,
): boolean {
  return verifyEd25519(publicKey, message, signature);
}

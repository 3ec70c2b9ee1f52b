import { ed25519 } from "@noble/curves/ed25519.js";

/**
 * Whether `signature` is one of `message` by `publicKey` (RFC 8032, section 5.1.7), without the laxness
 * of ZIP 215: what one verifier takes, every other takes too. False for whatever is malformed.
 */
export function verifyEd25519(
  publicKey: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
): boolean {
  try {
    return ed25519.verify(signature, message, publicKey, { zip215: false });
  } catch {
    return false;
  }
}

/** The signature of `message`, 64 bytes (RFC 8032, section 5.1.6). @param seed the secret key, 32 bytes */
export function signEd25519(seed: Uint8Array, message: Uint8Array): Uint8Array {
  return ed25519.sign(message, seed);
}

/** The public key, 32 bytes, of a secret one. */
export function publicKeyOf(seed: Uint8Array): Uint8Array {
  return ed25519.getPublicKey(seed);
}

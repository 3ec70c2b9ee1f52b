import { ed25519 } from "@noble/curves/ed25519.js";
import { base64urlnopad } from "@scure/base";
import { nativeCrypto } from "../envelope/native-crypto.js";

/**
 * Whether `signature` is one of `message` by `publicKey` (RFC 8032, section 5.1.7), without the laxness
 * of ZIP 215: what one verifier takes, every other takes too. False for whatever is malformed.
 */
export function verifyEd25519(
  publicKey: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
): boolean {
  return (
    verifyNatively(publicKey, message, signature) || verifyPortably(publicKey, message, signature)
  );
}

/** The same, without what Node.js has. */
export function verifyPortably(
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

/**
 * Whether OpenSSL takes the signature; some fifty times as fast. It compares the whole equation, without
 * the cofactor, and so takes nothing that the portable verification refuses, but for keys that are of small
 * order or not written in the one way: those are left to the other. What it refuses is looked at again.
 */
function verifyNatively(
  publicKey: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
): boolean {
  const key = nativeKey(publicKey);
  return key !== undefined && nativeCrypto?.verify(null, message, key, signature) === true;
}

type NativeKey = ReturnType<NonNullable<typeof nativeCrypto>["createPublicKey"]>;
const nativeKeys = new Map<string, NativeKey | undefined>();
const MAX_NATIVE_KEYS = 100;

function nativeKey(publicKey: Uint8Array): NativeKey | undefined {
  if (!nativeCrypto) return undefined;
  const x = base64urlnopad.encode(publicKey);
  if (nativeKeys.has(x)) return nativeKeys.get(x);
  if (nativeKeys.size >= MAX_NATIVE_KEYS) nativeKeys.clear();
  const key = isGood(publicKey)
    ? nativeCrypto.createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x }, format: "jwk" })
    : undefined;
  nativeKeys.set(x, key);
  return key;
}

function isGood(publicKey: Uint8Array): boolean {
  try {
    return !ed25519.Point.fromBytes(publicKey, false).isSmallOrder();
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

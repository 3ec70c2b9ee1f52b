import { base64 } from "@scure/base";
import { canonicalize } from "../envelope/canonical.js";
import { isJsonObject } from "../envelope/catalogue/json-object.js";
import type { JsonObject, JsonValue } from "../envelope/envelope.js";

/** Personal data as it is stored, `{"$enc": …}`. */
export interface EncryptedData {
  /** By which its key can be asked for, until that is destroyed. */
  keyId: string;
  /** AES-256-GCM (NIST SP 800-38D). */
  alg: "A256GCM";
  /** 12 random bytes, base64. */
  iv: string;
  /** Of the canonical JSON of the value, and the 16 bytes of its tag; base64. */
  ciphertext: string;
}

/** The event that encrypted data belongs to: moved to another one it cannot be read. */
export interface Binding {
  tenant: string;
  scope: string;
  /** Of the event. */
  id: string;
}

const IV_BYTES = 12;
const TAG_BYTES = 16;

/** Encrypted data that is not what was encrypted under this key for this event. */
export class DecryptionError extends Error {
  override readonly name = "DecryptionError";
}

/** Encrypts a value, differently each time. */
export async function encryptValue(
  value: JsonValue,
  keyId: string,
  key: Uint8Array<ArrayBuffer>,
  binding: Binding,
): Promise<EncryptedData> {
  const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES));
  const ciphertext = await crypto.subtle.encrypt(
    { name: "AES-GCM", iv, additionalData: boundTo(binding) },
    await keyFor(key, "encrypt"),
    new TextEncoder().encode(canonicalize(value)),
  );
  return {
    keyId,
    alg: "A256GCM",
    iv: base64.encode(iv),
    ciphertext: base64.encode(new Uint8Array(ciphertext)),
  };
}

/** @throws DecryptionError */
export async function decryptValue(
  { iv, ciphertext }: EncryptedData,
  key: Uint8Array<ArrayBuffer>,
  binding: Binding,
): Promise<JsonValue> {
  try {
    const text = await crypto.subtle.decrypt(
      { name: "AES-GCM", iv: bytesOf(iv), additionalData: boundTo(binding) },
      await keyFor(key, "decrypt"),
      bytesOf(ciphertext),
    );
    return JSON.parse(new TextDecoder().decode(text)) as JsonValue;
  } catch (cause) {
    throw new DecryptionError("it was not encrypted under this key for this event", { cause });
  }
}

/** The encrypted data that an object with the mark `$enc` holds; undefined where it is something else. */
export function readEncrypted(object: JsonObject): EncryptedData | undefined {
  const data = object["$enc"];
  if (!isJsonObject(data) || Object.keys(object).length !== 1) return undefined;
  const { keyId, alg, iv, ciphertext } = data;
  const isText = [keyId, iv, ciphertext].every((member) => typeof member === "string");
  return isText && alg === "A256GCM" ? (data as unknown as EncryptedData) : undefined;
}

/** The most that the canonical text of a value grows by when it is encrypted, mark included. */
export function encryptedLength(canonicalBytes: number): number {
  const OVERHEAD = 160;
  return Math.ceil((canonicalBytes + TAG_BYTES) / 3) * 4 + OVERHEAD;
}

/** None of the three holds a blank, so no two events share it. */
function boundTo({ tenant, scope, id }: Binding): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(`${tenant} ${scope} ${id}`);
}

function keyFor(key: Uint8Array<ArrayBuffer>, use: "encrypt" | "decrypt") {
  return crypto.subtle.importKey("raw", key, "AES-GCM", false, [use]);
}

/**
 * What base64 text stands for. A page only decodes, and need not load a library for that.
 *
 * @throws DOMException where it is none
 */
export function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}

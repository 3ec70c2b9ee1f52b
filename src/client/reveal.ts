import type { EventEnvelope, JsonValue } from "../envelope/envelope.js";
import { bytesOf, decryptValue, readEncrypted } from "../personal/cipher.js";
import { findMarked, replaceMarked } from "../personal/marked.js";
import { memberAddressOf, type ConnectionOptions } from "./connection.js";
import { ProtocolError, RequestRefusedError } from "./errors.js";
import { request } from "./request.js";

/** The event with its personal data in clear; the same object where it has none that can be read. */
export type Reveal = (event: EventEnvelope) => Promise<EventEnvelope>;

/** Keys that are remembered; the oldest goes first. */
const MAX_KEYS = 1000;

/**
 * Decrypts personal data, asking the server once for each key. What was encrypted with a key that is
 * destroyed stays as it is stored, `{"$enc": …}`. Uses WebCrypto, which a browser has on https and localhost.
 *
 * The function throws UnavailableError when the server cannot be reached, RequestRefusedError when it gives
 * no keys, and DecryptionError where something is not what was encrypted for this event.
 */
export function revealer(connection: ConnectionOptions): Reveal {
  const keys = new Map<string, Promise<Uint8Array<ArrayBuffer> | undefined>>();
  const keyOf = (keyId: string) => {
    const known = keys.get(keyId);
    if (known) return known;
    const [oldest] = keys.keys();
    if (oldest !== undefined && keys.size >= MAX_KEYS) keys.delete(oldest);
    const asked = askForKey(connection, keyId);
    // One that could not be had is asked for again.
    asked.catch(() => keys.delete(keyId));
    keys.set(keyId, asked);
    return asked;
  };
  return async (event) => {
    const values = new Map<string, JsonValue>();
    for (const { pointer, object } of findMarked(event.payload, "$enc")) {
      const data = readEncrypted(object);
      const key = data && (await keyOf(data.keyId));
      if (key) values.set(pointer, await decryptValue(data, key, event));
    }
    if (values.size === 0) return event;
    const reveal = ({ pointer, object }: { pointer: string; object: JsonValue }) => {
      const value = values.get(pointer);
      return value === undefined ? object : value;
    };
    return { ...event, payload: replaceMarked(event.payload, "$enc", reveal) };
  };
}

/** Undefined where it is destroyed, or none of this server. */
async function askForKey(
  connection: ConnectionOptions,
  keyId: string,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const { signal } = new AbortController();
  const headers = { accept: "application/json" };
  try {
    const address = memberAddressOf(connection, "personal-keys", keyId);
    const answer = await (await request(connection, address, { headers, signal })).text();
    const { key } = JSON.parse(answer) as { key?: unknown };
    if (typeof key === "string") return bytesOf(key);
  } catch (error) {
    if (error instanceof RequestRefusedError) {
      if (error.code === "key-destroyed" || error.code === "not-found") return undefined;
      throw error;
    }
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new ProtocolError(`the answer about the key ${keyId} is no key`);
}

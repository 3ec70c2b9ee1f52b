import { bodyChunks } from "./body-chunks.js";
import { addressOf, type ConnectionOptions } from "./connection.js";
import { ProtocolError } from "./errors.js";
import { request } from "./request.js";

/** A key that the server's log is or was signed with. */
export interface SigningKey {
  /** `<name>+<key id>+<key>` (C2SP signed-note). */
  verifierKey: string;
  /** The size of the first checkpoint that it signed. */
  fromSize: number;
  /** The size of the last one; null or left out while it is in use. */
  toSize?: number | null;
}

/**
 * The bytes of a scope's bundle (with an empty scope, that of the tenant), as they come. One request; the
 * server is read no faster than this is iterated over. What comes is not checked.
 *
 * @param options.known the size of a checkpoint, to have a proof that the log has grown from it
 * @throws UnavailableError when the server cannot be reached, or the connection breaks before the end
 * @throws RequestRefusedError, ProtocolError
 * @throws the signal's reason when it aborts
 */
export async function downloadBundle(
  connection: ConnectionOptions,
  scope: string,
  options: { known?: number; signal?: AbortSignal } = {},
): Promise<AsyncGenerator<Uint8Array, void>> {
  const { known, signal = new AbortController().signal } = options;
  const address = addressOf(connection, scope, "bundle", { known });
  const accept = "application/x-ndjson";
  const response = await request(connection, address, { headers: { accept }, signal });
  const type = response.headers.get("content-type") ?? "no type";
  if (!type.startsWith(accept) || response.body === null) {
    throw new ProtocolError(`${address.href} answers with ${type}, not with ${accept}`);
  }
  return bodyChunks(response.body, "the bundle", signal);
}

/**
 * The keys that the server says its log is signed with. That is its own word: whom to trust is to be known
 * from elsewhere.
 *
 * @throws UnavailableError, RequestRefusedError, ProtocolError
 * @throws the signal's reason when it aborts
 */
export async function fetchKeys(
  connection: ConnectionOptions,
  { signal = new AbortController().signal }: { signal?: AbortSignal } = {},
): Promise<SigningKey[]> {
  const address = addressOf(connection, "", "keys");
  const headers = { accept: "application/json" };
  const response = await request(connection, address, { headers, signal });
  const body = (await response.json().catch(() => undefined)) as { keys?: unknown } | undefined;
  if (!Array.isArray(body?.keys) || !body.keys.every(isSigningKey)) {
    throw new ProtocolError(`${address.href} answers with no list of keys`);
  }
  return body.keys;
}

function isSigningKey(value: unknown): value is SigningKey {
  if (typeof value !== "object" || value === null) return false;
  const { verifierKey, fromSize, toSize } = value as Record<string, unknown>;
  const isEnd = toSize === null || toSize === undefined || typeof toSize === "number";
  return typeof verifierKey === "string" && typeof fromSize === "number" && isEnd;
}

import type { ConnectionOptions } from "./connection.js";
import { ProtocolError } from "./errors.js";
import { request, type RequestParts } from "./request.js";

/**
 * Sends a request that is answered in JSON, and returns what the answer says.
 *
 * @throws ProtocolError when the answer is not JSON, and what {@link request} throws
 */
export async function fetchJson(
  connection: ConnectionOptions,
  address: URL,
  {
    signal = new AbortController().signal,
    ...rest
  }: Pick<RequestParts, "method"> & {
    signal?: AbortSignal | undefined;
  },
): Promise<unknown> {
  const headers = { accept: "application/json" };
  const text = await (await request(connection, address, { ...rest, headers, signal })).text();
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ProtocolError(`${address.pathname} does not answer in JSON`, { cause });
  }
}

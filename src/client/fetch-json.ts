import type { ConnectionOptions } from "./connection.js";
import { ProtocolError } from "./errors.js";
import { request, type RequestParts } from "./request.js";

/** What one may ask for with anything that is answered from the server's read model. */
export interface AskOptions {
  signal?: AbortSignal | undefined;
  /**
   * Told the state of the read model (`disk-full`, `bound-reached`, `failing`) where that does not go on: the newest
   * events may be missing from the answer.
   */
  onTrouble?: ((state: string) => void) | undefined;
}

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
    onTrouble,
    ...rest
  }: Pick<RequestParts, "method"> & AskOptions,
): Promise<unknown> {
  const headers = { accept: "application/json" };
  const response = await request(connection, address, { ...rest, headers, signal });
  const trouble = response.headers.get("x-runtrail-trouble");
  if (trouble !== null) onTrouble?.(trouble);
  const text = await response.text();
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ProtocolError(`${address.pathname} does not answer in JSON`, { cause });
  }
}

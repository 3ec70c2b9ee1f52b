import { isEventLeaf, type EventLeaf } from "../audit/leaf.js";
import { isObject, isTexts } from "../audit/json-shape.js";
import { addressOf, type ConnectionOptions } from "./connection.js";
import { ProtocolError } from "./errors.js";
import { fetchJson } from "./fetch-json.js";
import { request } from "./request.js";

/**
 * The note of the newest checkpoint. What comes is not checked.
 *
 * @throws RequestRefusedError `not-found` while nothing is sealed
 * @throws UnavailableError
 */
export async function fetchCheckpoint(
  connection: ConnectionOptions,
  signal: AbortSignal,
): Promise<string> {
  const address = addressOf(connection, "", "checkpoint");
  return (await request(connection, address, { headers: { accept: "text/plain" }, signal })).text();
}

/**
 * The leaf of a sequence, and the hashes (base64) that lead from it to the root at a size. What comes is not
 * checked.
 *
 * @throws UnavailableError, RequestRefusedError, ProtocolError where there is no event
 */
export async function fetchInclusion(
  connection: ConnectionOptions,
  { sequence, size }: { sequence: number; size: number },
  signal: AbortSignal,
): Promise<{ leaf: EventLeaf; proof: readonly string[] }> {
  const address = addressOf(connection, "", "proofs/inclusion", { sequence, size });
  const answer = await fetchJson(connection, address, { signal });
  if (isObject(answer) && isEventLeaf(answer["leaf"]) && isTexts(answer["proof"])) {
    return { leaf: answer["leaf"], proof: answer["proof"] };
  }
  throw new ProtocolError(`${address.href} answers with no proof of an event`);
}

/**
 * The hashes (base64) that show that the log of size `to` has grown from that of size `from`. What comes is
 * not checked.
 *
 * @throws UnavailableError, RequestRefusedError, ProtocolError
 */
export async function fetchConsistency(
  connection: ConnectionOptions,
  { from, to }: { from: number; to: number },
  signal: AbortSignal,
): Promise<readonly string[]> {
  const address = addressOf(connection, "", "proofs/consistency", { from, to });
  const answer = await fetchJson(connection, address, { signal });
  if (isObject(answer) && isTexts(answer["proof"])) return answer["proof"];
  throw new ProtocolError(`${address.href} answers with no proof`);
}

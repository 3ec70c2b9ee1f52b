import { addressOf, headersFor, type ConnectionOptions } from "./connection.js";
import { ProtocolError } from "./errors.js";
import { request } from "./request.js";

/**
 * The sequence of the first event of a timeline after a cursor; undefined when there is none yet.
 *
 * @throws UnavailableError, RequestRefusedError, ProtocolError
 */
export async function nextSequence(
  connection: ConnectionOptions,
  scope: string,
  after: string | undefined,
  signal: AbortSignal,
): Promise<number | undefined> {
  const response = await request(addressOf(connection, scope, "events", { after, limit: 1 }), {
    headers: headersFor(connection, { accept: "application/json" }),
    signal,
  });
  const page = (await response.json()) as { events?: { sequence: number }[] };
  if (!Array.isArray(page.events)) throw new ProtocolError("a page of events has no events member");
  return page.events[0]?.sequence;
}

import { addressOf, type ConnectionOptions } from "./connection.js";
import { filterText, type EventFilter } from "../wire/event-filter.js";
import { ProtocolError } from "./errors.js";
import { request } from "./request.js";
/**
 * The sequence of the first event of a timeline after a cursor that the filter lets through; undefined
 * when there is none yet.
 *
 * @throws UnavailableError, RequestRefusedError, ProtocolError
 */
export async function nextSequence(
  connection: ConnectionOptions,
  scope: string,
  after: string | undefined,
  filter: EventFilter | undefined,
  signal: AbortSignal,
): Promise<number | undefined> {
  const address = addressOf(connection, scope, "events", {
    ...(filter && filterText(filter)),
    after,
    limit: 1,
  });
  const headers = { accept: "application/json" };
  const response = await request(connection, address, { headers, signal });
  const page = (await response.json()) as { events?: { sequence: number }[] };
  if (!Array.isArray(page.events)) throw new ProtocolError("a page of events has no events member");
  return page.events[0]?.sequence;
}

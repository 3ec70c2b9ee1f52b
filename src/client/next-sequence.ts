import { filterText, type EventFilter } from "../wire/event-filter.js";
import { addressOf, type ConnectionOptions } from "./connection.js";
import { ProtocolError } from "./errors.js";
import { request } from "./request.js";

interface Page {
  events?: { sequence: number }[];
  next?: string;
  caughtUp?: boolean;
}

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
  const headers = { accept: "application/json" };
  for (;;) {
    const parameters = { ...(filter && filterText(filter)), after, limit: 1 };
    const address = addressOf(connection, scope, "events", parameters);
    const response = await request(connection, address, { headers, signal });
    const { events, next, caughtUp } = (await response.json()) as Page;
    if (!Array.isArray(events)) throw new ProtocolError("a page of events has no events member");
    // Behind a filter a page can be empty, though the log goes on: so much has been looked through.
    if (events.length > 0 || caughtUp !== false || next === undefined) return events[0]?.sequence;
    after = next;
  }
}

import { bodyChunks } from "./body-chunks.js";
import { byteLines } from "./byte-lines.js";
import { addressOf, type ConnectionOptions } from "./connection.js";
import { ProtocolError } from "./errors.js";
import { parseRecordLine, type ExportedRecord } from "./record-line.js";
import { request } from "./request.js";

export type { ExportedRecord };

/** Which events. Each member that is there must be met. */
export interface ExportOptions {
  /** Those behind this cursor. */
  after?: string;
  /** Recorded then or later; RFC 3339. */
  since?: string;
  /** Recorded before; RFC 3339. */
  until?: string;
  signal?: AbortSignal;
}

/**
 * All stored events of a scope's timeline (with an empty scope, of the tenant), in the order of the log,
 * each with its bytes as they are stored. One request; the server is read no faster than this is iterated
 * over.
 *
 * @throws UnavailableError when the server cannot be reached, or the connection breaks before the end
 * @throws RequestRefusedError, ProtocolError
 * @throws the signal's reason when it aborts
 */
export async function* exportRecords(
  connection: ConnectionOptions,
  scope: string,
  { signal = new AbortController().signal, ...which }: ExportOptions = {},
): AsyncGenerator<ExportedRecord, void> {
  const address = addressOf(connection, scope, "events", which);
  const accept = "application/x-ndjson";
  const response = await request(connection, address, { headers: { accept }, signal });
  const type = response.headers.get("content-type") ?? "no type";
  if (!type.startsWith(accept) || response.body === null) {
    throw new ProtocolError(`${address.href} answers with ${type}, not with ${accept}`);
  }
  const chunks = bodyChunks(response.body, "the export", signal);
  for await (const line of byteLines(chunks)) yield parseRecordLine(line);
}

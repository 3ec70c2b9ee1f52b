import type { FastifyReply, FastifyRequest } from "fastify";
import { select } from "../../coordinator/matcher.js";
import { resolveStart } from "../../coordinator/start.js";
import type { EventEnvelope } from "../../envelope/envelope.js";
import type { LogRecord } from "../../log/record.js";
import { formatCursor } from "../../wire/cursor.js";
import { csv } from "../csv.js";
import { FILE_TYPES } from "../file-form.js";
import { fileName } from "../file-name.js";
import { framed } from "../framed.js";
import type { Serving } from "../serving.js";
import { streamBody } from "../streamed-body.js";
import type { EventsRequest } from "./page-request.js";
import type { Reading } from "./page.js";
import { recordHead } from "./record-json.js";

/** The members of an envelope that have a column of their own. */
const COLUMNS = [
  ...["scope", "index", "type", "id", "occurredAt", "correlationId", "causationId", "source"],
  ...["actor", "payload", "hash", "prev"],
] as const;

/**
 * Streams all of a timeline after a cursor, up to its newest event at the time of the request, one record
 * a line. An answer that breaks off lacks its last chunk, so that nobody takes it for the whole.
 *
 * A gap cannot stand among records; the header `x-runtrail-gap` tells of it.
 */
export async function download(
  serving: Serving,
  { selection, signal }: Reading,
  { after: cursor, as }: Extract<EventsRequest, { form: "download" }>,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  const { log, hub, history } = serving.gateway;
  const { after, gap } = await resolveStart(
    history,
    hub,
    selection,
    cursor ? { at: "cursor", cursor, isReconnect: false } : { at: "start" },
    { signal },
  );
  const { tenant, path, matcher, indexFilter: filter } = selection;

  async function* parts(ended: AbortSignal): AsyncGenerator<Uint8Array | string> {
    if (as === "csv") yield csv([["sequence", "cursor", "recordedAt", ...COLUMNS]]);
    for await (const part of history.read({ tenant, path, after, filter, signal: ended })) {
      const records = select(part.records, matcher);
      yield as === "csv"
        ? csv(records.map((record) => rowOf(record, log.epoch)))
        : framed(records, (record) => recordHead(record, log.epoch), "}\n");
    }
  }
  return streamBody(serving, request, reply, {
    what: "a download",
    headers: {
      "content-type": FILE_TYPES[as],
      "content-disposition": `attachment; filename="${fileName(path, "events", as)}"`,
      ...(gap && {
        "x-runtrail-gap": JSON.stringify({
          reason: gap.reason,
          requested: gap.requested,
          firstAvailable: gap.firstAvailable,
        }),
      }),
    },
    parts,
  });
}

function rowOf({ sequence, recordedAtMs, bytes }: LogRecord, epoch: string): unknown[] {
  const event = JSON.parse(Buffer.from(bytes).toString()) as EventEnvelope;
  return [
    sequence,
    formatCursor(sequence, epoch),
    new Date(recordedAtMs).toISOString(),
    ...COLUMNS.map((name) => event[name]),
  ];
}

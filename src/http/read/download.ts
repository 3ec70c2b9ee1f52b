import type { FastifyReply, FastifyRequest } from "fastify";
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
import { startWithin } from "./span.js";
import { readSelected } from "./window.js";

/** The columns of an event, by the names of its members: all of them. */
const COLUMNS = [
  ...["scope", "index", "type", "id", "occurredAt", "correlationId", "causationId", "source"],
  ...["traceparent", "actor", "payload", "hash", "prev", "tenant", "origin", "v"],
] as const;

/**
 * Streams all of a timeline after a cursor, up to its newest event at the time of the request, one record
 * a line. An answer that breaks off lacks its last chunk, so that nobody takes it for the whole.
 *
 * A gap cannot stand among records; the header `x-runtrail-gap` tells of it.
 */
export async function download(
  serving: Serving,
  { selection, span, signal }: Reading,
  { after: cursor, as }: Extract<EventsRequest, { form: "download" }>,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  const { log, hub, history } = serving.gateway;
  const start = startWithin(span, cursor, log.epoch);
  const { after, gap } = await resolveStart(history, hub, selection, start, { signal });

  async function* parts(ended: AbortSignal): AsyncGenerator<Uint8Array | string> {
    if (as === "csv") yield csv([["sequence", "cursor", "recordedAt", ...COLUMNS]]);
    const within = { ...span, after: Math.max(after, span.after) };
    for await (const { records } of readSelected(history, selection, within, ended)) {
      yield as === "csv"
        ? csv(records.map((record) => rowOf(record, log.epoch)))
        : framed(records, (record) => recordHead(record, log.epoch), "}\n");
    }
  }
  return streamBody(serving, request, reply, {
    what: "a download",
    headers: {
      "content-type": FILE_TYPES[as],
      "content-disposition": `attachment; filename="${fileName(selection.path, "events", as)}"`,
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

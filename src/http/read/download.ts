import type { FastifyReply, FastifyRequest } from "fastify";
import { select } from "../../coordinator/matcher.js";
import { resolveStart } from "../../coordinator/start.js";
import type { Cursor } from "../../wire/cursor.js";
import { framed } from "../framed.js";
import { commonHeaders } from "../headers.js";
import { Outflow } from "../outflow.js";
import { loggerOf } from "../request-log.js";
import type { Serving } from "../serving.js";
import type { Reading } from "./page.js";
import { recordHead } from "./record-json.js";

/**
 * Streams all of a timeline after a cursor, up to its newest event at the time of the request, one record
 * a line. An answer that breaks off lacks its last chunk, so that nobody takes it for the whole.
 *
 * A gap cannot stand among records; the header `x-runtrail-gap` tells of it.
 */
export async function download(
  { gateway: { log, hub, history }, config, ticker }: Serving,
  { selection, signal }: Reading,
  cursor: Cursor | undefined,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  const { after, gap } = await resolveStart(
    history,
    hub,
    selection,
    cursor ? { at: "cursor", cursor, isReconnect: false } : { at: "start" },
    { signal },
  );
  reply.hijack();
  reply.raw.writeHead(200, {
    ...commonHeaders(request),
    "content-type": "application/x-ndjson",
    "cache-control": "no-cache",
    vary: "Accept, Origin",
    ...(gap && {
      "x-runtrail-gap": JSON.stringify({
        reason: gap.reason,
        requested: gap.requested,
        firstAvailable: gap.firstAvailable,
      }),
    }),
  });
  if (request.method === "HEAD") {
    reply.raw.end();
    return;
  }
  reply.raw.flushHeaders();
  const outflow = new Outflow(reply.raw, ticker, config.http.stalledAfterMs);
  const { tenant, path, matcher } = selection;
  const wanted = { tenant, path, after, signal: outflow.ended };
  try {
    for await (const { records } of history.read(wanted)) {
      const selected = select(records, matcher);
      await outflow.send(framed(selected, (record) => recordHead(record, log.epoch), "}\n"));
    }
    outflow.end();
  } catch (error) {
    loggerOf(request).error({ err: error }, "a download broke off");
    outflow.destroy();
  }
}

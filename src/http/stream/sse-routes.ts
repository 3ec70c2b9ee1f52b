import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { OpenedStream } from "../../coordinator/coordinator.js";
import { problem } from "../../wire/problem.js";
import { sseControl } from "../../wire/sse.js";
import { Outflow } from "../outflow.js";
import { internalProblem, problemOf, unavailable } from "../problem-reply.js";
import { leaveLogTo, loggable } from "../request-log.js";
import { timelineOf, timelineUrls } from "../scope-path.js";
import type { Serving } from "../serving.js";
import { sseRequestOf, type SseRequest } from "./sse-request.js";
import { beginSse, refuseSse } from "./sse-response.js";
import { SseStream, retryMs } from "./sse-stream.js";

/** How long readers stay away who found the house full. */
const FULL_RETRY_MS = 30_000;

/** `GET /v1/<scope>/stream` and `GET /v1/stream`: a timeline as server-sent events. */
export function sseRoutes(app: FastifyInstance, serving: Serving): void {
  const { streams, draining, config } = serving;

  const stream = async (request: FastifyRequest, reply: FastifyReply) => {
    const path = timelineOf(request);
    const wanted = sseRequestOf(request);
    if (draining.aborted) {
      refuseSse(request, reply, unavailable("The server is shutting down."), retryMs());
    } else if (!streams.enter()) {
      const detail = `${config.http.maxStreams} streams are open, which is as many as are allowed.`;
      refuseSse(request, reply, problem("too-many-streams", detail), FULL_RETRY_MS);
    } else {
      try {
        await serve(serving, path, wanted, request, reply);
      } finally {
        streams.leave();
      }
    }
    return reply;
  };

  const head = (request: FastifyRequest, reply: FastifyReply) => {
    timelineOf(request);
    sseRequestOf(request);
    beginSse(request, reply);
    reply.raw.end();
  };

  for (const url of timelineUrls("stream")) {
    app.get(url, { exposeHeadRoute: false }, stream);
    app.head(url, head);
  }
}

async function serve(
  serving: Serving,
  path: string,
  wanted: SseRequest,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  const { gateway, config, ticker } = serving;
  const outflow = new Outflow(reply.raw, ticker, config.http.stalledAfterMs);
  let opened: OpenedStream;
  try {
    opened = isPast(wanted, gateway.log.epoch)
      ? { outcome: "ended" }
      : await gateway.coordinator.open({
          tenant: gateway.tenant,
          path,
          start: wanted.start,
          to: wanted.to,
          filter: wanted.filter,
          wantsSnapshot: wanted.wantsSnapshot,
          signal: outflow.ended,
        });
  } catch (error) {
    const known = problemOf(error);
    // An EventSource that is told 503 never comes back.
    if (known?.code !== "unavailable") throw error;
    refuseSse(request, reply, known, known.retryAfterMs ?? retryMs());
    return;
  }
  if (opened.outcome === "ended") await reply.code(204).send();
  else await pump(serving, opened.frames, wanted, outflow, request, reply);
}

/** The reader has everything up to the end that it has set itself. */
function isPast({ start, to = Infinity }: SseRequest, epoch: string): boolean {
  if (start.at !== "cursor") return false;
  const { cursor } = start;
  return cursor.sequence >= to && (cursor.epoch ?? epoch) === epoch;
}

async function pump(
  { gateway, config: { http }, ticker, streams, draining }: Serving,
  frames: Extract<OpenedStream, { outcome: "open" }>["frames"],
  { start, asMessage }: SseRequest,
  outflow: Outflow,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  leaveLogTo(request);
  beginSse(request, reply);
  const stream = new SseStream(outflow, {
    // The clock is looked at so often only: rather a little early than late.
    heartbeatMs: http.heartbeatMs - ticker.periodMs,
    maxAgeMs: http.maxStreamAgeMs,
  });
  streams.add(stream);
  ticker.add(stream);
  request.log.info({ ...loggable(request), start: start.at }, "stream opened");
  try {
    // It may have begun while the stream was being opened.
    if (draining.aborted) stream.end("shutdown");
    await stream.pump(frames, { epoch: gateway.log.epoch, asMessage });
    stream.end("complete", "");
  } catch (error) {
    request.log.error({ err: error }, "a stream broke off");
    const found = problemOf(error) ?? internalProblem(request.id);
    const retryAfterMs = found.retryAfterMs ?? retryMs();
    const frame = { kind: "error", problem: found, retryable: true, retryAfterMs } as const;
    stream.end("failed", sseControl(frame));
  } finally {
    ticker.delete(stream);
    streams.delete(stream);
    request.log.info({ ...loggable(request), ...stream.summary }, "stream closed");
  }
}

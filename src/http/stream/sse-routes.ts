import type { IncomingMessage, ServerResponse } from "node:http";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { OpenedStream } from "../../coordinator/coordinator.js";
import type { Asker } from "../../coordinator/start.js";
import type { ProblemCode } from "../../wire/problem.js";
import type { TimelinePath } from "../../wire/timeline.js";
import type { Gateway } from "../gateway.js";
import { isPast } from "../past.js";
import { problemOf, unavailable } from "../problem-reply.js";
import { leaveLogTo, loggable } from "../request-log.js";
import { timelineOf, timelineUrls } from "../scope-path.js";
import type { Serving } from "../serving.js";
import { sseRequestOf, type SseRequest } from "./sse-request.js";
import { beginSse, refuseSse } from "./sse-response.js";
import { SseStream, retryMs } from "./sse-stream.js";
import { streamOperation } from "./stream-operations.js";

/** How long readers stay away who found the house full. */
const FULL_RETRY_MS = 30_000;

const NO_HEADERS = {};
const NO_RAW_HEADERS: string[] = [];

/** What may be otherwise when the reader comes back. */
const PASSING: ReadonlySet<ProblemCode> = new Set([
  "unavailable",
  "subscription-busy",
  "too-many-subscriptions",
]);

/** `GET /v1/<scope>/stream` and `GET /v1/stream`: a timeline as server-sent events. */
export function sseRoutes(app: FastifyInstance, serving: Serving): void {
  const { streams, draining } = serving;

  const stream = async (request: FastifyRequest, reply: FastifyReply) => {
    const path = timelineOf(request);
    const wanted = sseRequestOf(request);
    if (draining.aborted) {
      refuseSse(request, reply, unavailable("The server is shutting down."), retryMs());
    } else if (!streams.enter()) {
      refuseSse(request, reply, streams.tooMany(), FULL_RETRY_MS);
    } else {
      await openSse(serving, path, wanted, request, reply).catch((error: unknown) => {
        streams.leave();
        throw error;
      });
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
    const config = { operation: streamOperation, takesTokenInUrl: true };
    app.get(url, { config, exposeHeadRoute: false }, stream);
    app.head(url, { config }, head);
  }
}

/** Returns when the stream is open: what it then needs of the request is little, and the rest is let go. */
async function openSse(
  serving: Serving,
  path: TimelinePath,
  wanted: SseRequest,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  const { gateway, streams } = serving;
  const reader = new Reader(reply.raw);
  let opened: OpenedStream;
  try {
    opened = await open(gateway, path, wanted, reader);
  } catch (error) {
    const known = problemOf(error);
    // An EventSource that is told so by a status never comes back.
    if (!known || !PASSING.has(known.code)) throw error;
    refuseSse(request, reply, known, known.retryAfterMs ?? retryMs());
    streams.leave();
    return;
  }
  // A durable one holds a claim, until it begins to be read.
  if (wanted.durable === undefined) reader.forget();
  if (opened.outcome === "open") {
    begin(serving, opened, wanted, request, reply);
    return;
  }
  streams.leave();
  await reply.code(204).send();
}

/** Node keeps a request until its response ends; a browser's has two kilobytes of headers. */
function forgetHeaders(request: IncomingMessage): void {
  request.headers = NO_HEADERS;
  request.rawHeaders = NO_RAW_HEADERS;
}

/** Who has asked for a stream that is being opened. */
class Reader implements Asker {
  readonly #response: ServerResponse;
  #gone: AbortController | undefined;
  readonly #leave = () => this.#gone?.abort();

  constructor(response: ServerResponse) {
    this.#response = response;
  }

  get signal(): AbortSignal {
    if (!this.#gone) {
      this.#gone = new AbortController();
      if (this.#response.destroyed) this.#gone.abort();
      else this.#response.once("close", this.#leave);
    }
    return this.#gone.signal;
  }

  /** The signal does not abort any more. */
  forget(): void {
    this.#response.off("close", this.#leave);
  }
}

function open(
  { coordinator, subscriptions, tenant, log }: Gateway,
  path: TimelinePath,
  wanted: SseRequest,
  reader: Reader,
): Promise<OpenedStream> | OpenedStream {
  const { durable, start, to, filter, wantsSnapshot } = wanted;
  if (durable !== undefined) {
    return subscriptions.open({ tenant, name: durable, path, start, signal: reader.signal });
  }
  if (isPast(wanted, log.epoch)) return { outcome: "ended" };
  return coordinator.open({
    tenant,
    path,
    start,
    to,
    filter,
    wantsSnapshot,
    get signal() {
      return reader.signal;
    },
  });
}

function begin(
  serving: Serving,
  opened: Extract<OpenedStream, { outcome: "open" }>,
  { start, asMessage }: SseRequest,
  request: FastifyRequest,
  reply: FastifyReply,
): void {
  leaveLogTo(reply);
  beginSse(request, reply);
  forgetHeaders(request.raw);
  const about = { reqId: request.id, ...loggable(request) };
  serving.logger.info({ ...about, start: start.at }, "stream opened");
  const stream = new SseStream(opened, serving, { response: reply.raw, about, asMessage });
  // It may have begun while the stream was being opened.
  if (serving.draining.aborted) stream.end("shutdown");
}

import type { FastifyReply, FastifyRequest } from "fastify";
import type { Problem } from "../../wire/problem.js";
import { sseControl, sseRetry } from "../../wire/sse.js";
import { commonHeaders } from "../headers.js";

/**
 * Writes the headers of an event stream; they go out with the first bytes behind them.
 *
 * The body has no length and is not chunked: the end of the connection is its end (RFC 9112, section 6.3,
 * case 8). So the bytes made for one reader are the bytes of all of them, and nothing is wrapped around
 * each event. What chunks would add, to know a complete body from a broken one, `stream.end` and the
 * cursor give a reader anyway; proxies frame the body anew for their side. The connection could not be
 * used for another request: nor could one that a stream occupies for half an hour.
 */
export function beginSse(request: FastifyRequest, reply: FastifyReply): void {
  reply.hijack();
  reply.raw.useChunkedEncodingByDefault = false;
  reply.raw.writeHead(200, {
    ...commonHeaders(request),
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-cache, no-transform",
    "x-accel-buffering": "no",
    connection: "close",
  });
}

/**
 * Sends a reader away who may come back later. With the status of the problem, an EventSource would give
 * up for good.
 */
export function refuseSse(
  request: FastifyRequest,
  reply: FastifyReply,
  problem: Problem,
  retryAfterMs: number,
): void {
  beginSse(request, reply);
  const frame = { kind: "error", problem, retryable: true, retryAfterMs } as const;
  reply.raw.end(`${sseRetry(retryAfterMs)}${sseControl(frame)}`);
}

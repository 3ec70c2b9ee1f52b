import type { FastifyReply, FastifyRequest } from "fastify";
import { commonHeaders } from "./headers.js";
import { Outflow } from "./outflow.js";
import { loggerOf } from "./request-log.js";
import type { Serving } from "./serving.js";

/** A body that may take long. */
export interface StreamedBody {
  /** What it is, for the log: `a bundle`. */
  what: string;
  headers: Record<string, string>;
  /** Its parts; asked for no faster than they are taken. The signal aborts when nobody takes them any more. */
  parts: (signal: AbortSignal) => AsyncIterable<Uint8Array | string>;
}

/**
 * Answers with a body of any length, in little memory. One that breaks off lacks its last chunk, so that nobody takes
 * it for the whole.
 */
export async function streamBody(
  { config, ticker }: Pick<Serving, "config" | "ticker">,
  request: FastifyRequest,
  reply: FastifyReply,
  { what, headers, parts }: StreamedBody,
): Promise<void> {
  reply.hijack();
  reply.raw.writeHead(200, {
    ...commonHeaders(request),
    "cache-control": "no-cache",
    vary: "Accept, Origin",
    ...headers,
  });
  if (request.method === "HEAD") {
    reply.raw.end();
    return;
  }
  reply.raw.flushHeaders();
  const outflow = new Outflow(reply.raw, ticker, config.http.stalledAfterMs);
  try {
    for await (const part of parts(outflow.ended)) await outflow.send(part);
    outflow.end();
  } catch (error) {
    if (!outflow.ended.aborted) loggerOf(request).error({ err: error }, `${what} broke off`);
    outflow.destroy();
  }
}

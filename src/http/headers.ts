import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { problem, ProblemError } from "../wire/problem.js";

/**
 * Pages from anywhere may read and append: who may do what is told by the token in the request, never by
 * a cookie that a browser adds by itself.
 */
const COMMON = {
  "x-content-type-options": "nosniff",
  "access-control-allow-origin": "*",
  "access-control-expose-headers": "x-request-id, x-runtrail-gap, retry-after, allow",
};

const PREFLIGHT = {
  "access-control-allow-methods": "GET, HEAD, POST",
  // A wildcard would not include Authorization.
  "access-control-allow-headers":
    "Authorization, Content-Type, Accept, Last-Event-ID, Cache-Control, X-Request-Id",
  "access-control-max-age": "86400",
};

/** Node takes 16 KiB of request line and headers in all; no address here comes near this. */
const MAX_URL_LENGTH = 8192;

/** The headers that every response has. */
export function commonHeaders({ id }: FastifyRequest): Record<string, string> {
  return { "x-request-id": id, ...COMMON };
}

/** Puts the common headers on every response, and answers what needs no route. */
export function addCommonHeaders(app: FastifyInstance): void {
  app.addHook("onRequest", async (request: FastifyRequest, reply: FastifyReply) => {
    void reply.headers(commonHeaders(request));
    if ((request.raw.url?.length ?? 0) > MAX_URL_LENGTH) {
      throw new ProblemError(
        problem("uri-too-long", `The URL is longer than ${MAX_URL_LENGTH} characters.`),
      );
    }
    if (request.raw.httpVersion === "1.1" && request.headers.host === undefined) {
      throw new ProblemError(problem("bad-request", "An HTTP/1.1 request has a Host header."));
    }
    if (request.method === "OPTIONS") await reply.code(204).headers(PREFLIGHT).send();
  });
}

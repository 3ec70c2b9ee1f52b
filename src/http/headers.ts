import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { problem, ProblemError } from "../wire/problem.js";

declare module "fastify" {
  interface FastifyInstance {
    /** Origins whose pages may use the API, `*` for all. */
    corsOrigins: readonly string[];
  }
}

/** A page that this machine serves itself. */
const LOOPBACK_ORIGIN = /^https?:\/\/(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?$/;

const PREFLIGHT = {
  "access-control-allow-methods": "GET, HEAD, POST, DELETE",
  // A wildcard would not include Authorization.
  "access-control-allow-headers":
    "Authorization, Content-Type, Accept, Last-Event-ID, Cache-Control, X-Request-Id",
  "access-control-max-age": "86400",
};

/** Node takes 16 KiB of request line and headers in all; no address here comes near this. */
const MAX_URL_LENGTH = 8192;

/**
 * The headers that every response has.
 *
 * Only pages of this machine and of the configured origins may read and append: on loopback nobody is
 * asked who they are, so any page that is open in a browser here could do so otherwise.
 */
export function commonHeaders({ id, headers, server }: FastifyRequest): Record<string, string> {
  const common = { "x-request-id": id, "x-content-type-options": "nosniff", vary: "Origin" };
  const { origin } = headers;
  if (origin === undefined || !isAllowed(origin, server.corsOrigins)) return common;
  return {
    ...common,
    "access-control-allow-origin": origin,
    "access-control-expose-headers":
      "x-request-id, x-runtrail-gap, x-runtrail-as-of, x-runtrail-trouble, retry-after, allow",
  };
}

/** Whether pages of an origin are served by this machine itself. */
export function isLoopbackOrigin(origin: string): boolean {
  return LOOPBACK_ORIGIN.test(origin);
}

/** Whether pages of an origin may use the API: those of this machine, and of the configured origins. */
export function isAllowed(origin: string, allowed: readonly string[]): boolean {
  return isLoopbackOrigin(origin) || allowed.includes("*") || allowed.includes(origin);
}

/** Puts the common headers on every response, and answers what needs no route. */
export function addCommonHeaders(app: FastifyInstance, corsOrigins: readonly string[]): void {
  app.decorate("corsOrigins", corsOrigins);
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

import type { ServerResponse } from "node:http";
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { Logger } from "pino";

/** Where a token may stand in a URL, because EventSource and WebSocket cannot set headers. */
const SECRET = /([?&](?:access_token|ticket)=)[^&]*/gi;

/** What a log line may say of a request: never a header, never a token. */
export function loggable({ method, url }: Pick<FastifyRequest, "method" | "url">): {
  method: string;
  url: string;
} {
  return { method, url: url.slice(0, 2048).replaceAll(SECRET, "$1…") };
}

declare module "fastify" {
  interface FastifyInstance {
    logger: Logger;
  }
}

/** Writes what concerns a request, under its id. */
export function loggerOf({ server, id }: FastifyRequest): Logger {
  return server.logger.child({ reqId: id });
}

/** What is to happen at the end of a request. */
const atClose = new WeakMap<FastifyRequest, { response: ServerResponse; listener: () => void }>();

/** Leaves the log lines of this request to the caller, because it goes on for long. */
export function leaveLogTo(request: FastifyRequest): void {
  const known = atClose.get(request);
  known?.response.off("close", known.listener);
}

/** One line a request at info, when its response has ended or its client has gone. */
export function logRequests(app: FastifyInstance, logger: Logger): void {
  app.decorate("logger", logger);
  app.addHook("onRequest", (request, { raw: response }, done) => {
    const startedMs = performance.now();
    const listener = () => {
      const { statusCode, writableFinished } = response;
      const ms = Math.round((performance.now() - startedMs) * 10) / 10;
      const outcome = writableFinished ? { status: statusCode } : { aborted: true };
      logger.info({ reqId: request.id, ...loggable(request), ...outcome, ms }, "request");
    };
    atClose.set(request, { response, listener });
    response.on("close", listener);
    done();
  });
}

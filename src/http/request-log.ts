import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
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
  interface FastifyReply {
    /** Writes the request's line. */
    logAtClose: (() => void) | undefined;
  }
}

/** Writes what concerns a request, under its id. */
export function loggerOf({ server, id }: FastifyRequest): Logger {
  return server.logger.child({ reqId: id });
}

/** Leaves the log lines of a request to the caller, because it goes on for long. */
export function leaveLogTo({ raw, logAtClose }: FastifyReply): void {
  if (logAtClose) raw.off("close", logAtClose);
}

/** One line a request at info, when its response has ended or its client has gone. */
export function logRequests(app: FastifyInstance, logger: Logger): void {
  app.decorate("logger", logger);
  app.decorateReply("logAtClose", undefined);
  app.addHook("onRequest", (request, reply, done) => {
    const response = reply.raw;
    const startedMs = performance.now();
    const listener = () => {
      const { statusCode, writableFinished } = response;
      const ms = Math.round((performance.now() - startedMs) * 10) / 10;
      const outcome = writableFinished ? { status: statusCode } : { aborted: true };
      logger.info({ reqId: request.id, ...loggable(request), ...outcome, ms }, "request");
    };
    reply.logAtClose = listener;
    response.on("close", listener);
    done();
  });
}

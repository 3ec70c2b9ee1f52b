import type { FastifyInstance, FastifyRequest } from "fastify";

/** Where a token may stand in a URL, because EventSource and WebSocket cannot set headers. */
const SECRET = /([?&](?:access_token|ticket)=)[^&]*/gi;

/** What a log line may say of a request: never a header, never a token. */
export function loggable({ method, url }: FastifyRequest): { method: string; url: string } {
  return { method, url: url.slice(0, 2048).replaceAll(SECRET, "$1…") };
}

/** Requests whose beginning and end are logged apart, because they go on for long. */
const followed = new WeakSet<FastifyRequest>();

/** Leaves the log lines of this request to the caller. */
export function leaveLogTo(request: FastifyRequest): void {
  followed.add(request);
}

/** One line a request at info, when its response has ended or its client has gone. */
export function logRequests(app: FastifyInstance): void {
  app.addHook("onRequest", (request, reply, done) => {
    const startedMs = performance.now();
    reply.raw.on("close", () => {
      if (followed.has(request)) return;
      const { statusCode, writableFinished } = reply.raw;
      const ms = Math.round((performance.now() - startedMs) * 10) / 10;
      const outcome = writableFinished ? { status: statusCode } : { aborted: true };
      request.log.info({ ...loggable(request), ...outcome, ms }, "request");
    });
    done();
  });
}

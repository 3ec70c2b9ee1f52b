import type { IncomingMessage } from "node:http";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { problem, ProblemError } from "../wire/problem.js";

/** For all of a body that is read whole. */
const BODY_TIMEOUT_MS = 60_000;

/** What is left of a body that was refused is read and thrown away for this long. */
const LEFTOVER_TIMEOUT_MS = 10_000;

export type BodyForm = "json" | "ndjson";

const FORMS: Partial<Record<string, BodyForm>> = {
  "application/json": "json",
  "application/x-ndjson": "ndjson",
  "application/ndjson": "ndjson",
};

/** Leaves every body to the route it is sent to, which knows how much of it to take. */
export function leaveBodiesToRoutes(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", (_request, _payload, done) => {
    done(null);
  });
  app.addHook("onSend", (request, _reply, payload, done) => {
    if (!request.raw.complete && hasBody(request.raw)) discardLeftover(request.raw);
    done(null, payload);
  });
}

/**
 * For a request that is answered before its body has arrived: reads the rest for a while, because a client
 * that is still sending may see a closed connection before it sees the answer.
 */
export function discardLeftover(request: IncomingMessage): void {
  request.resume();
  setTimeout(() => {
    if (!request.complete) request.socket.destroy();
  }, LEFTOVER_TIMEOUT_MS).unref();
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;
}

/** @throws ProblemError `unsupported-media-type` */
export function bodyFormOf({ headers }: FastifyRequest): BodyForm {
  const [type = "", ...parameters] = (headers["content-type"] ?? "").toLowerCase().split(";");
  const charset = parameters.map((parameter) => parameter.trim()).find(isCharset);
  const form = FORMS[type.trim()];
  if (form === undefined || (charset !== undefined && !/^charset="?utf-?8"?$/.test(charset))) {
    throw unsupported("Send Content-Type: application/json or application/x-ndjson, in UTF-8.");
  }
  const encoding = headers["content-encoding"] ?? "identity";
  if (encoding !== "identity") throw unsupported("Send the body without a Content-Encoding.");
  return form;
}

function isCharset(parameter: string): boolean {
  return parameter.startsWith("charset=");
}

function unsupported(detail: string): ProblemError {
  return new ProblemError(problem("unsupported-media-type", detail));
}

/**
 * Reads a whole body.
 *
 * @param limitOf how many bytes are taken, seen the first of them
 * @param hasRoomFor whether there is memory for so many more
 * @throws ProblemError `too-large` as soon as that is known, `request-timeout`, `overloaded`, `bad-request`
 *   when the client leaves before the end
 */
export function readBody(
  request: IncomingMessage,
  limitOf: (beginning: Uint8Array) => number,
  hasRoomFor: (bytes: number) => boolean,
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const announced = Number(request.headers["content-length"] ?? 0);
    let length = 0;
    let limit: number | undefined;
    const stop = () => {
      clearTimeout(timer);
      request.off("data", take).off("end", finish).off("close", finish);
    };
    const refuse = (error: ProblemError) => {
      stop();
      request.pause();
      reject(error);
    };
    const take = (chunk: Buffer) => {
      length += chunk.length;
      limit ??= limitOf(chunk);
      if (Math.max(length, announced) > limit) refuse(tooLarge(limit));
      else if (!hasRoomFor(chunk.length)) refuse(overloaded());
      else chunks.push(chunk);
    };
    const finish = () => {
      stop();
      if (request.complete)
        resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks));
      else reject(new ProblemError(problem("bad-request", "The body was cut off.")));
    };
    const timer = setTimeout(() => {
      const seconds = BODY_TIMEOUT_MS / 1000;
      refuse(
        new ProblemError(
          problem("request-timeout", `The body did not arrive within ${seconds} s.`),
        ),
      );
    }, BODY_TIMEOUT_MS);
    request.on("data", take).on("end", finish).on("close", finish);
  });
}

function overloaded(): ProblemError {
  const detail = "Too many large requests are under way.";
  return new ProblemError(problem("overloaded", detail, { retryAfterMs: 1000 }));
}

function tooLarge(limit: number): ProblemError {
  return new ProblemError(
    problem(
      "too-large",
      `The body is larger than the ${limit / 1024 / 1024} MiB that are taken here: ` +
        "a draft may have 1 MiB, an array of them 16 MiB, and NDJSON any length.",
    ),
  );
}

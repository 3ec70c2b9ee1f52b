import type { FastifyError, FastifyReply } from "fastify";
import { isUnavailable } from "../log/unavailable.js";
import { problem, ProblemError, type Problem, type ProblemCode } from "../wire/problem.js";

export const PROBLEM_TYPE = "application/problem+json; charset=utf-8";

/** How long a client is asked to wait when the log cannot be read. */
const RETRY_AFTER_MS = 2000;

/** Answers with a problem, which may carry more members than every problem has. */
export function sendProblem(reply: FastifyReply, body: Problem): FastifyReply {
  if (body.retryAfterMs !== undefined) {
    void reply.header("retry-after", Math.ceil(body.retryAfterMs / 1000));
  }
  return reply.code(body.status).type(PROBLEM_TYPE).send(JSON.stringify(body));
}

/** What a client is told about something that was thrown; undefined for what nobody has foreseen. */
export function problemOf(error: unknown): Problem | undefined {
  if (error instanceof ProblemError) return error.problem;
  if (isUnavailable(error)) return unavailable("The event store does not answer.");
  return isFastifyError(error) ? problemOfFastify(error) : undefined;
}

export function unavailable(detail: string): Problem {
  return problem("unavailable", detail, { retryAfterMs: RETRY_AFTER_MS });
}

/** The same words for every unforeseen error: what it says may be nobody else's business. */
export function internalProblem(requestId: string): Problem {
  return problem("internal", `Something unexpected happened; the log knows it as ${requestId}.`);
}

function isFastifyError(error: unknown): error is FastifyError {
  return error instanceof Error && "code" in error && String(error.code).startsWith("FST_ERR_");
}

const CODE_OF_STATUS: Partial<Record<number, ProblemCode>> = {
  400: "bad-request",
  404: "not-found",
  413: "too-large",
  414: "uri-too-long",
  415: "unsupported-media-type",
};

function problemOfFastify({ code, statusCode = 500 }: FastifyError): Problem | undefined {
  if (code === "FST_ERR_BAD_URL") {
    return problem("bad-request", "The URL holds a % that is not followed by a valid UTF-8 byte.");
  }
  const problemCode = CODE_OF_STATUS[statusCode];
  return problemCode && problem(problemCode, DETAIL_OF_CODE[problemCode] ?? "");
}

const DETAIL_OF_CODE: Partial<Record<ProblemCode, string>> = {
  "bad-request": "The request is not one that HTTP allows.",
  "not-found": "There is nothing at this address.",
  "too-large": "The body is larger than what is taken here.",
  "uri-too-long": "The URL is longer than any address here.",
  "unsupported-media-type":
    "The Content-Type is malformed; send application/json or application/x-ndjson.",
};

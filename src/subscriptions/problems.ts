import { problem, ProblemError } from "../wire/problem.js";

/** A reader that went away without a word is noticed within about this long. */
const BUSY_RETRY_MS = 5000;

/** Room comes when someone deletes a subscription, or an idle one is removed. */
const FULL_RETRY_MS = 30_000;

export function busy(name: string): ProblemError {
  const detail = `The subscription ${name} has a reader, and it can have one at a time.`;
  return new ProblemError(problem("subscription-busy", detail, { retryAfterMs: BUSY_RETRY_MS }));
}

export function otherScope(name: string, path: string): ProblemError {
  const of = path === "" ? "the whole tenant" : path;
  const detail = `The subscription ${name} is one of ${of}: use another name, or delete it first.`;
  return new ProblemError(problem("subscription-scope", detail));
}

export function tooMany(limit: number): ProblemError {
  const detail = `There are ${limit} durable subscriptions, which is as many as are allowed: delete some.`;
  return new ProblemError(
    problem("too-many-subscriptions", detail, { retryAfterMs: FULL_RETRY_MS }),
  );
}

export function unknown(name: string): ProblemError {
  return new ProblemError(problem("not-found", `There is no subscription ${name}.`));
}

export function deleted(name: string): ProblemError {
  const detail = `The subscription ${name} was deleted, or removed because it was idle.`;
  return new ProblemError(problem("not-found", detail));
}

export function unsupported(): ProblemError {
  const detail = "Durable subscriptions need nats-server 2.14 or newer.";
  return new ProblemError(problem("unavailable", detail));
}

export function replaced(): ProblemError {
  const detail = "The event log was deleted or recreated, and the subscription with it.";
  return new ProblemError(problem("unavailable", detail));
}

export function badName(pointer: string): ProblemError {
  const detail = "The name of a subscription is 1 to 64 letters, digits, or any of _ and -.";
  return new ProblemError(problem("bad-parameter", detail, { pointer }));
}

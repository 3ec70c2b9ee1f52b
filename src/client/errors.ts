import type { Problem, ProblemCode } from "../wire/problem.js";

/** The server understood and said no; asking again in the same way will not help. */
export class RequestRefusedError extends Error {
  override readonly name = "RequestRefusedError";
  constructor(
    readonly status: number,
    /** What the server says about it, where it says so in the form of RFC 9457. */
    readonly problem: Problem | undefined,
  ) {
    super(problem?.detail ?? `The server answered with status ${status}.`);
  }

  get code(): ProblemCode | undefined {
    return this.problem?.code;
  }
}

/**
 * The server cannot be reached, or cannot do it at the moment; `cause` says why. Trying again later may
 * help: an append with the same ids is stored once, even if this attempt got through.
 */
export class UnavailableError extends Error {
  override readonly name = "UnavailableError";
  constructor(
    message: string,
    /** How long the server asks to wait; 0 where it did not say. */
    readonly retryAfterMs: number,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** What answered does not speak Runtrail's protocol. */
export class ProtocolError extends Error {
  override readonly name = "ProtocolError";
}

/** Events are missing from a scope although the server announced no gap, and asking again did not bring them. */
export class ContinuityError extends Error {
  override readonly name = "ContinuityError";
  constructor(
    readonly scope: string,
    /** The index that was due. */
    readonly expectedIndex: number,
    found: string,
  ) {
    super(`${scope}: event ${expectedIndex} is due, but ${found}`);
  }
}

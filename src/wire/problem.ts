/** Every error code, with its HTTP status and title. */
export const PROBLEMS = {
  "bad-request": [400, "The request is malformed"],
  "bad-cursor": [400, "The cursor is malformed"],
  "cursor-ahead": [400, "The cursor is beyond the end of the log"],
  "bad-parameter": [400, "A parameter is malformed"],
  "bad-scope": [400, "The scope is malformed"],
  "malformed-json": [400, "The body is not JSON"],
  unauthorized: [401, "Authentication is needed"],
  "forbidden-origin": [403, "Pages of this origin may not use the API"],
  "not-found": [404, "There is nothing here"],
  "method-not-allowed": [405, "The method is not allowed here"],
  "request-timeout": [408, "The request took too long to arrive"],
  conflict: [409, "The scope is not at the expected index"],
  "scope-closed": [409, "The scope has ended"],
  "id-reused": [409, "The id is taken by another event"],
  "subscription-scope": [409, "The subscription is one of another scope"],
  "subscription-busy": [409, "The subscription has a reader"],
  "sample-running": [409, "A sample run goes on"],
  "not-applied": [409, "Nothing of the request was stored"],
  "key-destroyed": [410, "The key was destroyed"],
  "too-large": [413, "The request is too large"],
  "uri-too-long": [414, "The URL is too long"],
  "unsupported-media-type": [415, "The media type is not supported"],
  "invalid-event": [422, "The event is invalid"],
  "unknown-type": [422, "The event type is not in the catalogue"],
  "upgrade-required": [426, "A WebSocket handshake is needed"],
  "too-many-streams": [429, "Too many streams are open"],
  "too-many-subscriptions": [429, "There are too many durable subscriptions"],
  "headers-too-large": [431, "The request headers are too large"],
  internal: [500, "The server failed"],
  unavailable: [503, "The event store is not available"],
  overloaded: [503, "Too many events are waiting to be stored"],
  "disk-full": [507, "The disk is full"],
} as const satisfies Record<string, readonly [status: number, title: string]>;

export type ProblemCode = keyof typeof PROBLEMS;

/** An error in the form of RFC 9457, `application/problem+json`. */
export interface Problem {
  /** `/problems/<code>` */
  type: string;
  title: string;
  status: number;
  /** What is wrong this time, and what to do about it. */
  detail: string;
  code: ProblemCode;
  /** RFC 6901 pointer into the request, where one place is to blame. */
  pointer?: string;
  retryAfterMs?: number;
  /** With the conflicts: index of the scope's newest event. */
  currentIndex?: number;
  /** With `sample-running`: the run that goes on. */
  scope?: string;
}

export function problem(
  code: ProblemCode,
  detail: string,
  more: Pick<Problem, "pointer" | "retryAfterMs" | "currentIndex" | "scope"> = {},
): Problem {
  const [status, title] = PROBLEMS[code];
  return { type: `/problems/${code}`, title, status, detail, code, ...more };
}

/** A problem on its way to whoever answers the request. */
export class ProblemError extends Error {
  override readonly name = "ProblemError";
  constructor(readonly problem: Problem) {
    super(problem.detail);
  }
}

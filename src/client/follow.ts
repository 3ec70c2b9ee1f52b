import type { EventFilter } from "../wire/event-filter.js";
import { backoffMs, pause } from "./backoff.js";
import type { ClientFrame } from "./client-frame.js";
import { mayRenew, type ConnectionOptions } from "./connection.js";
import { ContinuityError, RequestRefusedError, UnavailableError } from "./errors.js";
import { nextSequence } from "./next-sequence.js";
import { Position } from "./position.js";
import { connectSocket } from "./socket-connection.js";
import { connectSse } from "./sse-connection.js";
import type { StreamConnection } from "./stream-connection.js";

/** What carries a stream: server-sent events, or a WebSocket. Both give the same frames. */
export type Transport = "sse" | "websocket";

const TRANSPORTS: Readonly<Record<Transport, StreamConnection>> = {
  sse: connectSse,
  websocket: connectSocket,
};

/** Where a stream begins, where it stops, and who is told how it goes. */
export interface FollowOptions {
  /** Starts after this cursor. */
  after?: string;
  /** Starts at this sequence, at the `start` of history (the default), or `now`. */
  from?: number | "start" | "now";
  /** Starts with the newest so many events. */
  last?: number;
  /** Ends at this sequence, inclusive. */
  to?: number;
  /** Only the events that meet it; the position moves on over the others. */
  filter?: EventFilter;
  /** Asks for the scope's state with the first `open` frame. */
  snapshot?: boolean;
  /** Default `sse`. */
  transport?: Transport;
  /** Ends the stream, quietly. */
  signal?: AbortSignal;
  /** How often the server is heard when nothing happens; three times that is a dead connection. Default 15 s. */
  heartbeatMs?: number;
  /** Told whenever the connection changes. */
  onState?: (state: ConnectionState) => void;
}

/** How the connection behind a stream stands. */
export type ConnectionState =
  | { state: "connecting"; attempt: number }
  /** Open, and starts after `cursor`. */
  | { state: "open"; cursor: string }
  /** Lost or refused for now; the next attempt is made after `retryInMs`. */
  | { state: "waiting"; reason: string; cause: unknown; retryInMs: number };

/** Before the server has said how long to wait. */
const FIRST_RETRY_MS = 500;

/**
 * Follows a scope's timeline: every event from the given position on, once, in order, history first and
 * then what happens, until the scope ends, `to` is reached or `signal` aborts. A lost connection is made
 * anew and goes on exactly where it broke off; `open` and `caught-up` frames then come again.
 *
 * A `gap` frame says what can no longer be had. Without one nothing is missing: each event is checked to
 * follow the one before it in its scope. With a filter, and in `correlations/<id>`, that cannot be checked;
 * `checkpoint` frames then say how far the server has looked.
 *
 * @throws RequestRefusedError when the server refuses for good; a token, when it refuses two in a row
 * @throws ProtocolError when it is no Runtrail server
 * @throws ContinuityError when an event is missing, although asked for again
 * @throws TypeError when a WebSocket is wanted where there is none
 */
export async function* follow(
  connection: ConnectionOptions,
  scope: string,
  options: FollowOptions = {},
): AsyncGenerator<ClientFrame, void> {
  const { signal = new AbortController().signal, filter, onState } = options;
  const position = new Position(scope, filter !== undefined);
  const journey: Journey = { position, attempt: 0, isTokenRefused: false };
  while (!signal.aborted) {
    onState?.({ state: "connecting", attempt: journey.attempt });
    const end = yield* passage(connection, scope, { ...options, signal }, journey);
    if (end === "finished") return;
    const { attempt, retryMs } = journey;
    const backoff = backoffMs(attempt, retryMs ?? FIRST_RETRY_MS);
    const retryInMs = Math.max(backoff, retryMs ?? 0, end.atLeastMs);
    journey.attempt++;
    onState?.({ state: "waiting", reason: end.reason, cause: end.cause, retryInMs });
    await pause(retryInMs, signal);
  }
}

/** What outlives a connection. */
interface Journey {
  readonly position: Position;
  /** Attempts since the server was last heard. */
  attempt: number;
  /** The server's word on how long to wait, once it has spoken. */
  retryMs?: number;
  /** Where an event was missing once. */
  doubted?: string | undefined;
  /** Whether the newest token was, and none has been accepted since. */
  isTokenRefused: boolean;
}

/** Why a connection ended before the stream did. */
interface Interruption {
  reason: string;
  cause?: unknown;
  atLeastMs: number;
}

type PassageOptions = FollowOptions & { signal: AbortSignal };

/** Follows over one connection, as far as it goes. */
async function* passage(
  connection: ConnectionOptions,
  scope: string,
  options: PassageOptions,
  journey: Journey,
): AsyncGenerator<ClientFrame, "finished" | Interruption> {
  try {
    return yield* frames(connection, scope, options, journey);
  } catch (error) {
    if (options.signal.aborted) return "finished";
    if (error instanceof UnavailableError) {
      return { reason: error.message, cause: error.cause, atLeastMs: error.retryAfterMs };
    }
    if (mayRenew(connection, error) && !journey.isTokenRefused) {
      journey.isTokenRefused = true;
      return { reason: "the token was refused", cause: error, atLeastMs: 0 };
    }
    const { cursor } = journey.position;
    if (error instanceof ContinuityError && journey.doubted !== cursor) {
      // A replica that lags can leave an event out: ask once more from the same place.
      journey.doubted = cursor;
      return { reason: error.message, cause: error, atLeastMs: 0 };
    }
    throw error;
  }
}

async function* frames(
  connection: ConnectionOptions,
  scope: string,
  options: PassageOptions,
  journey: Journey,
): AsyncGenerator<ClientFrame, "finished" | Interruption> {
  const { after, from, last, to, filter, snapshot, signal } = options;
  const { transport = "sse", heartbeatMs = 15_000, onState } = options;
  const { position } = journey;
  const arrivals = TRANSPORTS[transport](connection, {
    scope,
    ...{ after, from, last, to, filter },
    // Whoever goes on has a state, and the events that make the next one.
    snapshot: snapshot === true && position.cursor === undefined,
    resumeAfter: position.cursor,
    silenceMs: 3 * heartbeatMs,
    signal,
  });
  for await (const arrival of arrivals) {
    if (signal.aborted) return "finished";
    if (arrival.kind === "nothing-more") return "finished";
    if (arrival.kind === "retry") {
      journey.retryMs = arrival.delayMs;
      continue;
    }
    const { frame } = arrival;
    if (frame.kind === "error") {
      const { problem, retryable, retryAfterMs = 0 } = frame;
      // With another token it can be tried again, with this one it cannot.
      if (!retryable || problem.status === 401)
        throw new RequestRefusedError(problem.status, problem);
      throw new UnavailableError(problem.detail, retryAfterMs);
    }
    journey.attempt = 0;
    const verdict = position.take(frame);
    if (verdict === "seen") continue;
    if (verdict !== "next") throw verdict;
    if (frame.kind === "open") {
      journey.isTokenRefused = false;
      onState?.({ state: "open", cursor: frame.cursor });
    }
    yield frame;
    if (frame.kind === "end" || (to !== undefined && position.hasReached(to))) return "finished";
  }
  // A stream that breaks off looks like one that the server has closed because `to` was reached, which may
  // lie behind the timeline's last event.
  if (to !== undefined && position.wasOpenedBeyond(to)) {
    const next = await nextSequence(connection, scope, position.cursor, filter, signal);
    if (next === undefined || next > to) return "finished";
  }
  return { reason: "the server ended the connection", atLeastMs: 0 };
}

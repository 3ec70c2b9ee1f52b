import type { EventEnvelope } from "../envelope/envelope.js";
import { failureOf, type Failure } from "./failures.js";
import { elapsedMs } from "./instant.js";
import { countOf, numberOf } from "./payload-values.js";
import type { ScopeState } from "./scope-state.js";
import type { EndStatus } from "./status.js";

/** How many attempts of a job are kept: those with the highest numbers. */
export const MAX_ATTEMPTS = 100;

/** One attempt of a job. `abandoned`: a later one began, and nothing had told how this one ended. */
export interface Attempt {
  /** From 1. */
  number: number;
  status: "running" | "abandoned" | EndStatus;
  /** Null where its start was not told. */
  startedAt: string | null;
  endedAt: string | null;
  durationMs: number | null;
  exitCode: number | null;
  error: Failure | null;
  /** The first event that told of it. */
  sequence: number;
}

/**
 * `job.started`: an attempt begins; without a number it is the next one. The newest one begins anew when it
 * had ended. One that comes before the newest only gets its start.
 */
export function startAttempt(state: ScopeState, event: EventEnvelope, sequence: number): void {
  const newest = state.attempt ?? 0;
  const number = countOf(event.payload["attempt"]) ?? newest + 1;
  const attempt = attemptOf(state, number, sequence);
  if (number < newest) {
    if (attempt) attempt.startedAt ??= event.occurredAt;
    return;
  }
  abandonBefore(state, number);
  state.attempt = number;
  if (!attempt || (attempt.status === "running" && attempt.startedAt !== null)) return;
  attempt.status = "running";
  attempt.startedAt = event.occurredAt;
  attempt.endedAt = attempt.durationMs = attempt.exitCode = attempt.error = null;
}

/**
 * An attempt ends; without a number it is the newest one.
 *
 * @returns its number, and whether it had failed before
 */
export function endAttempt(
  state: ScopeState,
  status: EndStatus,
  event: EventEnvelope,
  sequence: number,
): { number: number | null; hadFailed: boolean } {
  const { payload, occurredAt } = event;
  const number = countOf(payload["attempt"]) ?? state.attempt;
  if (number === null) return { number, hadFailed: false };
  const attempt = attemptOf(state, number, sequence);
  if (number >= (state.attempt ?? 0)) {
    abandonBefore(state, number);
    state.attempt = number;
  }
  const hadFailed = attempt?.status === "failed" || attempt?.status === "timed_out";
  // The end of a job repeats how its last attempt failed, perhaps much later.
  const isRepeated = hadFailed && state.endedAt !== null && status === "failed";
  if (attempt && !isRepeated) {
    attempt.status = status;
    attempt.endedAt = occurredAt;
    attempt.durationMs = elapsedMs(attempt.startedAt, occurredAt) ?? countOf(payload["durationMs"]);
    attempt.exitCode = numberOf(payload["exitCode"]);
    attempt.error = failureOf(payload["error"]);
  }
  return { number, hadFailed };
}

/** The attempt with this number, made if need be; none for 0, nor for one lower than all that are kept. */
function attemptOf(state: ScopeState, number: number, sequence: number): Attempt | undefined {
  const { attempts } = state;
  let place = attempts.length;
  while (place > 0 && (attempts[place - 1]?.number ?? 0) > number) place--;
  const before = attempts[place - 1];
  if (before?.number === number) return before;
  if (number === 0 || (place === 0 && attempts.length === MAX_ATTEMPTS)) return undefined;
  const attempt: Attempt = {
    number,
    status: number < (state.attempt ?? 0) ? "abandoned" : "running",
    startedAt: null,
    endedAt: null,
    durationMs: null,
    exitCode: null,
    error: null,
    sequence,
  };
  attempts.splice(place, 0, attempt);
  if (attempts.length > MAX_ATTEMPTS) attempts.shift();
  state.attemptCount++;
  return attempt;
}

function abandonBefore({ attempts }: ScopeState, number: number): void {
  for (let i = attempts.length - 1; i >= 0; i--) {
    const attempt = attempts[i];
    if (!attempt || attempt.number >= number) continue;
    if (attempt.status === "running") attempt.status = "abandoned";
    // Those before it were abandoned when it began.
    return;
  }
}

import type { JsonValue } from "../envelope/envelope.js";
import { pushNewest } from "./newest.js";
import { nameOf, objectOf, textOf } from "./payload-values.js";
import type { ScopeState } from "./scope-state.js";

/** How many errors a state keeps: the newest. */
export const MAX_ERRORS = 100;

/** What went wrong, in brief; `message` has at most 500 UTF-16 code units. */
export interface Failure {
  code: string | null;
  message: string | null;
  retryable: boolean | null;
}

/** One thing that went wrong: a log entry of level `error` or `critical`, a failed attempt, a failed node. */
export interface ErrorItem {
  kind: "log" | "attempt" | "node";
  /** The event that tells of it. */
  sequence: number;
  /** Which of the event's log entries, counted from 0; null where it is none. */
  entry: number | null;
  at: string;
  level: "error" | "critical" | null;
  code: string | null;
  /** At most 500 UTF-16 code units. */
  message: string | null;
  nodeId: string | null;
  attempt: number | null;
}

/** The `error` of a payload. */
export function failureOf(value: JsonValue | undefined): Failure | null {
  const error = objectOf(value);
  if (!error) return null;
  const { code, message, retryable } = error;
  return {
    code: nameOf(code),
    message: textOf(message),
    retryable: typeof retryable === "boolean" ? retryable : null,
  };
}

/** Counts an error, and keeps it among the newest. */
export function addError(state: ScopeState, error: ErrorItem): void {
  state.counts.errors++;
  pushNewest(state.errors, error, MAX_ERRORS);
}

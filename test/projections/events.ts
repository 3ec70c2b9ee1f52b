import type { EventEnvelope, JsonObject } from "../../src/envelope/envelope.js";
import { hashText } from "../../src/envelope/hash.js";
import { applyEvent } from "../../src/projections/apply-event.js";
import { initialScopeState, type ScopeState } from "../../src/projections/scope-state.js";

/** What matters of an event to a projection; `at` is in seconds after 2026-03-01T09:30:00Z. */
export interface Told {
  type: string;
  payload?: JsonObject;
  at?: number;
  scope?: string;
  index: number;
}

/** The time that many seconds after the start, as envelopes have it. */
export function timeAt(seconds: number): string {
  return new Date(Date.UTC(2026, 2, 1, 9, 30) + seconds * 1000).toISOString();
}

export function eventOf({ type, payload = {}, at = 0, scope = "jobs/j", index }: Told) {
  const hash = hashText(`${scope} ${index}`);
  const event: EventEnvelope = {
    v: 1,
    id: `event-${index}`,
    type,
    origin: "runtrail.example/test",
    tenant: "acme",
    scope,
    index,
    prev: index === 1 ? null : hashText(`${scope} ${index - 1}`),
    correlationId: "r",
    occurredAt: timeAt(at),
    source: "test",
    payload,
    hash,
  };
  return event;
}

/** A scope of a test: tells it one event after the other. Sequences are ten times the indices. */
export function scopeUnderTest(scope = "jobs/j", state: ScopeState = initialScopeState(scope)) {
  let index = state.index;
  const tell = (type: string, payload: JsonObject = {}, at = 0): ScopeState => {
    index++;
    applyEvent(state, eventOf({ type, payload, at, scope, index }), index * 10);
    return state;
  };
  /** As if so many events had been trimmed. */
  const leaveOut = (events: number): void => {
    index += events;
  };
  return { state, tell, leaveOut };
}

export const boom = { code: "exit-nonzero", message: "It broke.", retryable: true };

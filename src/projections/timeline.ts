import type { EventEnvelope } from "../envelope/envelope.js";
import { isWithin } from "../envelope/scope.js";
import { applyEvent } from "./apply-event.js";
import { initialScopeState, type ScopeState } from "./scope-state.js";
import { rollUp, type TimelineState } from "./timeline-state.js";

/**
 * The states of a scope and of every scope below it, while the events of its timeline are taken in. Plain
 * JSON, like they are.
 */
export interface Timeline {
  own: ScopeState;
  /** By path, in the order in which they first appeared. */
  below: Record<string, ScopeState>;
}

/** The timeline of a scope of which nothing is known, named by its path. */
export function initialTimeline(scope: string): Timeline {
  return { own: initialScopeState(scope), below: {} };
}

/**
 * Takes one more event of the timeline in, in place, by the rules of {@link applyEvent}. Events come in the
 * order of the log; one of a scope that is not of the timeline is passed over.
 */
export function applyToTimeline(timeline: Timeline, event: EventEnvelope, sequence: number): void {
  const { own, below } = timeline;
  const { scope } = event;
  if (scope === own.scope) {
    applyEvent(own, event, sequence);
  } else if (isWithin(scope, own.scope)) {
    // A path has slashes, so it is never the name of something inherited.
    applyEvent((below[scope] ??= initialScopeState(scope)), event, sequence);
  }
}

/** What the timeline adds up to by now. It stays as it is when more events are taken in. */
export function timelineState({ own, below }: Timeline): TimelineState {
  return rollUp(structuredClone(own), Object.values(below));
}

/** What events of a timeline, in the order of the log, add up to. */
export function foldEvents(
  scope: string,
  events: Iterable<{ sequence: number; event: EventEnvelope }>,
): TimelineState {
  const timeline = initialTimeline(scope);
  for (const { sequence, event } of events) applyToTimeline(timeline, event, sequence);
  return timelineState(timeline);
}

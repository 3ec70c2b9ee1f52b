import type { EventEnvelope } from "../envelope/envelope.js";
import { foldScope, initialScopeState, type ScopeState } from "./scope-state.js";

/** What the events of a timeline add up to: the scope itself, and every scope below it. */
export interface TimelineState extends ScopeState {
  /** 0 to 100: what the scope says of itself, else how far those below it have come on average. */
  progress: number | null;
  /** Scopes below, by path, in the order in which they first appeared. */
  children: Record<string, ScopeState>;
}

export function initialTimelineState(scope: string): TimelineState {
  return { ...initialScopeState(scope), progress: null, children: {} };
}

/** The state after one more event of the timeline. */
export function foldTimeline(state: TimelineState, event: EventEnvelope): TimelineState {
  const next: TimelineState =
    event.scope === state.scope
      ? { ...state, ...foldScope(state, event) }
      : {
          ...state,
          children: {
            ...state.children,
            [event.scope]: foldScope(
              state.children[event.scope] ?? initialScopeState(event.scope),
              event,
            ),
          },
        };
  next.progress = next.percentage ?? averageProgress(Object.values(next.children));
  return next;
}

function averageProgress(children: readonly ScopeState[]): number | null {
  if (children.length === 0) return null;
  const sum = children.reduce(
    (total, { endedAt, percentage }) => total + (endedAt === null ? (percentage ?? 0) : 100),
    0,
  );
  return sum / children.length;
}

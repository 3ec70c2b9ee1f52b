import type { ScopeKind } from "../envelope/scope.js";
import { addCounts, noCounts, type Counts } from "./counts.js";
import { MAX_ERRORS, type ErrorItem, type Failure } from "./failures.js";
import { earlier, later } from "./instant.js";
import { MAX_MILESTONES, type Milestone } from "./log-entries.js";
import { addLogs, noLogs, type LogSummary } from "./log-summary.js";
import { newestOf } from "./newest.js";
import { progressWithin } from "./progress.js";
import type { ScopeState } from "./scope-state.js";
import { STATUSES, type Status } from "./status.js";

/** How many scopes below are listed: those that appeared first. */
export const MAX_CHILDREN = 1000;

/** A scope below, in brief. */
export interface ChildSummary {
  kind: ScopeKind;
  name: string | null;
  status: Status | null;
  /** As it says itself. */
  percentage: number | null;
  /** As of a {@link TimelineState}. */
  progress: number | null;
  attempt: number | null;
  createdAt: string | null;
  startedAt: string | null;
  endedAt: string | null;
  durationMs: number | null;
  error: Failure | null;
  firstSequence: number | null;
  lastSequence: number | null;
  /** Of its own events. */
  counts: Omit<Counts, "byType" | "otherTypes">;
}

/** What a scope and all scopes below it add up to. */
export interface Total {
  counts: Counts;
  logs: LogSummary;
  /** The newest 100 of all, oldest first. */
  errors: (ErrorItem & { scope: string })[];
  /** The newest 1,000 of all, oldest first. */
  milestones: (Milestone & { scope: string })[];
  firstSequence: number | null;
  lastSequence: number | null;
  /** The earliest and the latest time of an event: UTC, milliseconds, `Z`. */
  firstAt: string | null;
  lastAt: string | null;
}

/** How many scopes have which status; `unknown`: no event has told. */
export type StatusCounts = Record<Status | "unknown", number>;

/** A scope and everything below it: the scope's own state, and what all of them add up to. */
export interface TimelineState extends ScopeState {
  /** The scope's own events: `counts.events`. */
  events: number;
  /**
   * 0 to 100: how much is over. 100 when the scope has ended; else its own percentage; else the mean over
   * the scopes right below it, each by this rule, one that has told nothing as 0. Null where there are none.
   */
  progress: number | null;
  total: Total;
  /** How many scopes are below, directly or not. */
  childCount: number;
  childrenByStatus: StatusCounts;
  /** By path, in the order in which they first appeared in the log; at most {@link MAX_CHILDREN}. */
  children: Record<string, ChildSummary>;
}

/**
 * What a scope and the scopes below it add up to. The same, to the byte, in whichever order they come.
 * It holds parts of `own`, which change with it.
 *
 * @param below the state of every scope below of which there is an event, directly below or not, each once
 */
export function rollUp(own: ScopeState, below: Iterable<ScopeState>): TimelineState {
  const states = [...below].sort(byFirstAppearance);
  const all = [own, ...states];
  const progressOf = progressWithin(own, states);
  const children: Record<string, ChildSummary> = {};
  for (const state of states.slice(0, MAX_CHILDREN)) {
    children[state.scope] = summaryOf(state, progressOf(state));
  }
  return {
    ...own,
    events: own.counts.events,
    progress: progressOf(own),
    total: totalOf(all),
    childCount: states.length,
    childrenByStatus: countStatuses(states),
    children,
  };
}

function byFirstAppearance(one: ScopeState, other: ScopeState): number {
  const order = (one.firstSequence ?? 0) - (other.firstSequence ?? 0);
  return order !== 0 ? order : one.scope < other.scope ? -1 : 1;
}

function totalOf(states: readonly ScopeState[]): Total {
  const counts = noCounts();
  const logs = noLogs();
  let firstAt: string | null = null;
  let lastAt: string | null = null;
  let firstSequence: number | null = null;
  let lastSequence: number | null = null;
  for (const state of states) {
    addCounts(counts, state.counts);
    addLogs(logs, state.logs);
    firstAt = earlier(firstAt, state.firstAt);
    lastAt = later(lastAt, state.lastAt);
    if (state.firstSequence === null || state.lastSequence === null) continue;
    firstSequence = Math.min(firstSequence ?? Infinity, state.firstSequence);
    lastSequence = Math.max(lastSequence ?? 0, state.lastSequence);
  }
  const errors = newestOf(states, (state) => state.errors, MAX_ERRORS);
  const milestones = newestOf(states, (state) => state.milestones, MAX_MILESTONES);
  return { counts, logs, errors, milestones, firstSequence, lastSequence, firstAt, lastAt };
}

function countStatuses(states: readonly ScopeState[]): StatusCounts {
  const counts = Object.fromEntries([...STATUSES, "unknown"].map((status) => [status, 0]));
  for (const { status } of states) {
    const key = status ?? "unknown";
    counts[key] = (counts[key] ?? 0) + 1;
  }
  return counts as StatusCounts;
}

function summaryOf(state: ScopeState, progress: number | null): ChildSummary {
  const { byType, otherTypes, ...counts } = state.counts;
  const { name } = state.about;
  return {
    kind: state.kind,
    name: typeof name === "string" ? name : null,
    status: state.status,
    percentage: state.percentage,
    progress,
    attempt: state.attempt,
    createdAt: state.createdAt,
    startedAt: state.startedAt,
    endedAt: state.endedAt,
    durationMs: state.durationMs,
    error: state.error,
    firstSequence: state.firstSequence,
    lastSequence: state.lastSequence,
    counts,
  };
}

import { closes } from "../envelope/closes.js";
import type { EventEnvelope, JsonObject, JsonValue } from "../envelope/envelope.js";

export type Status =
  | "created"
  | "queued"
  | "leased"
  | "running"
  | "paused"
  | "completed"
  | "failed"
  | "canceled"
  | "timed_out";

/** The families of lifecycle events, by the kind of scope whose life they tell. */
const FAMILY = { runs: "run.", "pack-runs": "pack_run.", jobs: "job." } as const;

/** What the last word of a lifecycle type says about the scope. Progress and failed attempts change no status. */
const STATUS_AFTER = new Map<string, Status>([
  ["created", "created"],
  ["queued", "queued"],
  ["leased", "leased"],
  ["started", "running"],
  ["paused", "paused"],
  ["resumed", "running"],
  ["completed", "completed"],
  ["failed", "failed"],
  ["canceled", "canceled"],
  ["timed_out", "timed_out"],
]);

/** What the events of one scope's own chain add up to. */
export interface ScopeState {
  scope: string;
  /** Null until an event has told. */
  status: Status | null;
  /** 0 to 100; null until an event has told. */
  percentage: number | null;
  /** Of the scope's own chain. */
  events: number;
  attempt: number | null;
  createdAt: string | null;
  startedAt: string | null;
  endedAt: string | null;
  durationMs: number | null;
  error: JsonObject | null;
  /** What the lifecycle events said of it: name, workflow, steps. The latest word counts. */
  about: JsonObject;
}

export function initialScopeState(scope: string): ScopeState {
  return {
    scope,
    status: null,
    percentage: null,
    events: 0,
    attempt: null,
    createdAt: null,
    startedAt: null,
    endedAt: null,
    durationMs: null,
    error: null,
    about: {},
  };
}

/** The payload members that tell what a scope is, rather than what has just happened to it. */
const ABOUT = [
  "name",
  "workflowId",
  "packId",
  "packVersion",
  "jobType",
  "totalSteps",
  "completedSteps",
  "stepIndex",
  "stepId",
  "stepStatus",
];

/** The state after one more event of the scope. An ended scope stays as it ended, whatever comes late. */
export function foldScope(state: ScopeState, event: EventEnvelope): ScopeState {
  const next = { ...state, events: state.events + 1 };
  const kind = event.scope.split("/").at(-2) as keyof typeof FAMILY;
  if (!event.type.startsWith(FAMILY[kind]) || state.endedAt !== null) return next;

  const { payload, occurredAt, type } = event;
  const status = STATUS_AFTER.get(type.slice(FAMILY[kind].length));
  if (status) next.status = status;
  next.createdAt ??= occurredAt;
  if (status === "running") next.startedAt ??= occurredAt;
  const about = ABOUT.filter((member) => payload[member] !== undefined);
  if (about.length > 0) {
    next.about = {
      ...state.about,
      ...Object.fromEntries(about.map((member) => [member, payload[member] as JsonValue])),
    };
  }
  next.attempt = numberOf(payload["attempt"]) ?? next.attempt;
  next.percentage = numberOf(payload["percentage"]) ?? next.percentage;
  if (closes(event.scope, type)) {
    next.endedAt = occurredAt;
    next.durationMs = numberOf(payload["durationMs"]);
    next.error = objectOf(payload["error"]);
    if (status === "completed") next.percentage = 100;
  }
  return next;
}

function numberOf(value: JsonValue | undefined): number | null {
  return typeof value === "number" ? value : null;
}

function objectOf(value: JsonValue | undefined): JsonObject | null {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value : null;
}

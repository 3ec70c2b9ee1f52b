import { CATALOGUE_TYPES } from "../envelope/catalogue/catalogue.js";
import type { EventEnvelope, JsonObject } from "../envelope/envelope.js";
import type { ScopeKind } from "../envelope/scope.js";
import { endAttempt, startAttempt } from "./attempts.js";
import { addError, failureOf } from "./failures.js";
import { elapsedMs } from "./instant.js";
import { applyLease } from "./lease.js";
import { countOf, nameOf, numberOf, percentageOf, textOf } from "./payload-values.js";
import { ABOUT, type ScopeState } from "./scope-state.js";
import type { EndStatus } from "./status.js";
import { applyStep } from "./steps.js";
import { enterPhase, type Phase } from "./timings.js";

/** What a lifecycle type says of the scope that it is appended to. */
export type LifecycleWord =
  | "created"
  | "queued"
  | "leased"
  | "started"
  | "progress"
  | "paused"
  | "resumed"
  | "attempt_failed"
  | EndStatus;

const FAMILY: Record<ScopeKind, string> = { runs: "run.", "pack-runs": "pack_run.", jobs: "job." };

/** The types that tell the life of a kind of scope; to another kind they say nothing. */
const WORDS = {
  runs: wordsOf("runs"),
  "pack-runs": wordsOf("pack-runs"),
  jobs: wordsOf("jobs"),
};

function wordsOf(kind: ScopeKind): ReadonlyMap<string, LifecycleWord> {
  const family = FAMILY[kind];
  return new Map(
    CATALOGUE_TYPES.filter((type) => type.startsWith(family)).map(
      (type) => [type, type.slice(family.length) as LifecycleWord] as const,
    ),
  );
}

/** What an event of this type says of a scope of this kind; nothing, where it is not of its lifecycle. */
export function lifecycleWordOf(kind: ScopeKind, type: string): LifecycleWord | undefined {
  return WORDS[kind].get(type);
}

/** A lifecycle event of a scope that has not ended. The latest word counts. */
export function applyLifecycle(
  state: ScopeState,
  word: LifecycleWord,
  event: EventEnvelope,
  sequence: number,
): void {
  const { payload, occurredAt } = event;
  state.createdAt ??= occurredAt;
  state.percentage = percentageOf(payload["percentage"]) ?? state.percentage;
  describe(state, payload);
  switch (word) {
    case "created":
      // Where it comes behind other words, they know better.
      if (state.status === null) enter(state, "created", "queued", occurredAt);
      return;
    case "queued":
      state.queuedAt = occurredAt;
      enter(state, "queued", "queued", occurredAt);
      return;
    case "leased":
      applyLease(state, "leased", event, sequence);
      enter(state, "leased", "queued", occurredAt);
      return;
    case "started":
      if (state.kind === "jobs") startAttempt(state, event, sequence);
      state.startedAt ??= occurredAt;
      state.retry = null;
      enter(state, "running", "running", occurredAt);
      return;
    case "progress":
      if (state.kind === "pack-runs") applyStep(state, event, sequence);
      // Its start was trimmed, or never told: what makes progress runs.
      if (state.status === null) enter(state, "running", "running", occurredAt);
      return;
    case "paused":
    case "resumed": {
      const isPaused = word === "paused";
      enter(state, isPaused ? "paused" : "running", isPaused ? "paused" : "running", occurredAt);
      state.reason = isPaused ? textOf(payload["reason"]) : null;
      return;
    }
    case "attempt_failed":
      failAttempt(state, "failed", event, sequence);
      enterPhase(state.timings, "queued", occurredAt, state.createdAt);
      return;
    default:
      end(state, word, event, sequence);
  }
}

function enter(
  state: ScopeState,
  status: NonNullable<ScopeState["status"]>,
  phase: Phase | null,
  at: string,
): void {
  enterPhase(state.timings, phase, at, state.createdAt);
  state.status = status;
}

function end(state: ScopeState, status: EndStatus, event: EventEnvelope, sequence: number): void {
  const { payload, occurredAt } = event;
  enter(state, status, null, occurredAt);
  state.endedAt = occurredAt;
  state.durationMs = countOf(payload["durationMs"]) ?? elapsedMs(state.startedAt, occurredAt);
  state.exitCode = numberOf(payload["exitCode"]);
  state.error = failureOf(payload["error"]);
  state.reason = textOf(payload["reason"]);
  state.retry = null;
  if (status === "completed") state.percentage = 100;
  if (state.kind !== "jobs") return;
  if (status === "failed" || status === "timed_out") failAttempt(state, status, event, sequence);
  else endAttempt(state, status, event, sequence);
}

/** An attempt that has failed is an error once, also where the end of the job repeats it. */
function failAttempt(
  state: ScopeState,
  status: "failed" | "timed_out",
  event: EventEnvelope,
  sequence: number,
): void {
  const { number, hadFailed } = endAttempt(state, status, event, sequence);
  if (hadFailed && state.endedAt !== null) return;
  const error = failureOf(event.payload["error"]);
  addError(state, {
    kind: "attempt",
    sequence,
    entry: null,
    at: event.occurredAt,
    level: null,
    code: error?.code ?? null,
    message: error?.message ?? null,
    nodeId: null,
    attempt: number,
  });
}

function describe({ about }: ScopeState, payload: JsonObject): void {
  for (const member of ABOUT) {
    const value = payload[member];
    if (value === undefined) continue;
    const told = nameOf(value) ?? numberOf(value);
    if (told !== null) about[member] = told;
  }
}

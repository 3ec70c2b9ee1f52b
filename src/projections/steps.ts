import type { EventEnvelope } from "../envelope/envelope.js";
import { addWithId, findById } from "./keyed-list.js";
import { countOf, nameOf } from "./payload-values.js";
import type { ScopeState } from "./scope-state.js";

/** How many steps of a pack-run are kept: those that came first. */
export const MAX_STEPS = 1000;

/** A step of a pack-run, by the latest `pack_run.progress` about it. */
export interface Step {
  stepId: string;
  /** From 0. */
  stepIndex: number | null;
  name: string | null;
  /** The producer's word. */
  stepStatus: string | null;
  attempt: number | null;
  durationMs: number | null;
  changedAt: string;
  /** The newest event about it. */
  sequence: number;
}

export function applyStep(
  state: ScopeState,
  { payload, occurredAt }: EventEnvelope,
  sequence: number,
): void {
  const stepId = nameOf(payload["stepId"]);
  if (stepId === null) return;
  let step = findById(state.steps, "stepId", stepId);
  if (!step) {
    if (state.steps.length >= MAX_STEPS) return;
    step = {
      stepId,
      stepIndex: null,
      name: null,
      stepStatus: null,
      attempt: null,
      durationMs: null,
      changedAt: occurredAt,
      sequence,
    };
    addWithId(state.steps, "stepId", step);
  }
  step.stepIndex = countOf(payload["stepIndex"]) ?? step.stepIndex;
  step.name = nameOf(payload["stepName"]) ?? step.name;
  step.stepStatus = nameOf(payload["stepStatus"]) ?? step.stepStatus;
  step.attempt = countOf(payload["attempt"]) ?? step.attempt;
  step.durationMs = countOf(payload["durationMs"]);
  step.changedAt = occurredAt;
  step.sequence = sequence;
}

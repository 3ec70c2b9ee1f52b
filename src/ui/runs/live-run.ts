import type { EventFrame } from "../../client/client-frame.js";
import { applyEvent } from "../../projections/apply-event.js";
import { runSummaryOf, type RunSummary } from "../../projections/run-summary.js";
import { initialScopeState, type ScopeState } from "../../projections/scope-state.js";

/** A run of a list, and as much of its state as goes on from there. */
export class LiveRun {
  readonly #state: ScopeState;
  #summary: RunSummary;

  constructor(summary: RunSummary) {
    this.#summary = summary;
    const { scope, workflowId, name, runId: _, ...rest } = summary;
    const about = { ...(workflowId !== null && { workflowId }), ...(name !== null && { name }) };
    this.#state = { ...initialScopeState(scope), ...rest, about };
  }

  get summary(): RunSummary {
    return this.#summary;
  }

  /** False where the event is in the summary already. */
  take({ event, sequence }: EventFrame): boolean {
    if (sequence <= (this.#summary.lastSequence ?? 0)) return false;
    applyEvent(this.#state, event, sequence);
    this.#summary = runSummaryOf(this.#state);
    return true;
  }
}

import type { EventEnvelope } from "../envelope/envelope.js";
import { applyApproval } from "./approvals.js";
import { applyArtifact } from "./artifacts.js";
import { countType } from "./counts.js";
import { earlier, instantOf, later } from "./instant.js";
import { applyLease, applyRetry } from "./lease.js";
import { applyLifecycle, lifecycleWordOf } from "./lifecycle.js";
import { applyDropped, applyLogEntries } from "./log-entries.js";
import { applyNode } from "./nodes.js";
import type { ScopeState } from "./scope-state.js";

type Apply = (state: ScopeState, event: EventEnvelope, sequence: number) => void;

/** What things of a scope go through, whether or not the scope has ended. */
const OF_THINGS = new Map<string, Apply>([
  ["log.appended", applyLogEntries],
  ["log.truncated", applyDropped],
  ["artifact.created", applyArtifact],
  ...(["queued", "started", "input", "output", "completed", "failed", "skipped"] as const).map(
    (word): [string, Apply] => [
      `node.${word}`,
      (state, event, sequence) => {
        applyNode(state, word, event, sequence);
      },
    ],
  ),
  ...(["requested", "granted", "denied", "expired"] as const).map((word): [string, Apply] => [
    `approval.${word}`,
    (state, event, sequence) => {
      applyApproval(state, word, event, sequence);
    },
  ]),
]);

/** What the scope itself goes through beside its lifecycle, until it has ended. */
const OF_SCOPE = new Map<string, Apply>([
  ["retry.scheduled", applyRetry],
  ...(["renewed", "expired"] as const).map((word): [string, Apply] => [
    `lease.${word}`,
    (state, event, sequence) => {
      applyLease(state, word, event, sequence);
    },
  ]),
]);

/**
 * Takes one more event of the scope's own chain into its state, in place. Costs about what there is of the
 * event, however much is in the state already.
 *
 * - An event that is in the state already (its index is not greater than that of the newest) changes
 *   nothing at all. One that leaves others out is taken in; `missing` says how many were left out.
 * - A scope that has ended stays as it ended. What comes late is counted, as `late` too, and what it says
 *   of nodes, approvals, artifacts and the log is taken in; the scope's life is over.
 * - Otherwise the latest word counts, expected or not.
 * - Types that are not of the catalogue, and lifecycle types of another kind of scope, are counted and
 *   nothing else. Members of a payload that are not of their type count as not there; nothing throws.
 *
 * @param state of the event's own scope
 * @param sequence where the event stands in the log
 */
export function applyEvent(state: ScopeState, event: EventEnvelope, sequence: number): void {
  if (!(event.index > state.index)) return;
  const { type } = event;
  state.counts.events++;
  state.missing = event.index - state.counts.events;
  countType(state.counts, type, 1);
  state.index = event.index;
  state.headHash = event.hash;
  state.firstSequence ??= sequence;
  state.lastSequence = sequence;
  const at = instantOf(event.occurredAt);
  state.firstAt = earlier(state.firstAt, at);
  state.lastAt = later(state.lastAt, at);

  const hasEnded = state.endedAt !== null;
  if (hasEnded) state.counts.late++;
  const ofThings = OF_THINGS.get(type);
  if (ofThings) {
    ofThings(state, event, sequence);
  } else if (!hasEnded) {
    const word = lifecycleWordOf(state.kind, type);
    if (word) applyLifecycle(state, word, event, sequence);
    else OF_SCOPE.get(type)?.(state, event, sequence);
  }
}

import type { EventEnvelope } from "../envelope/envelope.js";
import { addWithId, findById, removeAt } from "./keyed-list.js";
import { nameOf, textOf } from "./payload-values.js";
import type { ScopeState } from "./scope-state.js";

/** How many approvals are kept. Of more, the oldest one that is decided goes first. */
export const MAX_APPROVALS = 1000;

export type Decision = "granted" | "denied" | "expired";

/** A decision that is asked for. */
export interface Approval {
  approvalId: string;
  gate: string | null;
  status: "requested" | Decision;
  requestedAt: string | null;
  requestedBy: string | null;
  expiresAt: string | null;
  decidedAt: string | null;
  decidedBy: string | null;
  reason: string | null;
  nodeId: string | null;
  stepId: string | null;
  /** The first event about it. */
  sequence: number;
  /** The event that decided. */
  decidedSequence: number | null;
}

/**
 * `approval.requested`, `.granted`, `.denied`, `.expired`. The first decision counts, as whoever waits at
 * the gate has acted on it; a request that comes behind it only adds what it knows.
 */
export function applyApproval(
  state: ScopeState,
  word: "requested" | Decision,
  { payload, occurredAt }: EventEnvelope,
  sequence: number,
): void {
  const approvalId = nameOf(payload["approvalId"]);
  if (approvalId === null) return;
  const approval =
    findById(state.approvals, "approvalId", approvalId) ?? addApproval(state, approvalId, sequence);
  approval.gate ??= nameOf(payload["gate"]);
  approval.nodeId ??= nameOf(payload["nodeId"]);
  approval.stepId ??= nameOf(payload["stepId"]);
  approval.expiresAt ??= nameOf(payload["expiresAt"]);
  if (word === "requested") {
    approval.requestedAt ??= occurredAt;
    approval.requestedBy ??= nameOf(payload["requestedBy"]);
  } else if (approval.decidedSequence === null) {
    approval.status = word;
    approval.decidedAt = occurredAt;
    approval.decidedBy = nameOf(payload["decidedBy"]);
    approval.reason = textOf(payload["reason"]);
    approval.decidedSequence = sequence;
  }
}

function addApproval(state: ScopeState, approvalId: string, sequence: number): Approval {
  const { approvals } = state;
  if (approvals.length >= MAX_APPROVALS) {
    const decided = approvals.findIndex(({ decidedSequence }) => decidedSequence !== null);
    removeAt(approvals, "approvalId", Math.max(0, decided));
  }
  const approval: Approval = {
    approvalId,
    gate: null,
    status: "requested",
    requestedAt: null,
    requestedBy: null,
    expiresAt: null,
    decidedAt: null,
    decidedBy: null,
    reason: null,
    nodeId: null,
    stepId: null,
    sequence,
    decidedSequence: null,
  };
  addWithId(approvals, "approvalId", approval);
  state.counts.approvals++;
  return approval;
}

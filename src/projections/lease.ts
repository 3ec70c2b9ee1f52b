import type { EventEnvelope } from "../envelope/envelope.js";
import { failureOf, type Failure } from "./failures.js";
import { countOf, nameOf } from "./payload-values.js";
import type { ScopeState } from "./scope-state.js";

/** A worker's hold on a job. */
export interface Lease {
  leaseId: string;
  leaseUntil: string | null;
  worker: string | null;
  /** How many times it was renewed. */
  renewed: number;
  expired: boolean;
  /** The newest event about it. */
  sequence: number;
}

/** Another attempt that is due. */
export interface ScheduledRetry {
  /** The attempt that failed. */
  attempt: number | null;
  maxAttempts: number | null;
  delayMs: number | null;
  nextAttemptAt: string | null;
  scheduledAt: string;
  error: Failure | null;
  sequence: number;
}

/** `job.leased`, `lease.renewed`, `lease.expired`: the latest lease counts, and its latest word. */
export function applyLease(
  state: ScopeState,
  word: "leased" | "renewed" | "expired",
  { payload }: EventEnvelope,
  sequence: number,
): void {
  const leaseId = nameOf(payload["leaseId"]);
  if (leaseId === null) return;
  const held = state.lease?.leaseId === leaseId ? state.lease : null;
  // An old lease that runs out says nothing about the one that took its place.
  if (word === "expired" && state.lease && !held) return;
  state.lease = {
    leaseId,
    leaseUntil: nameOf(payload["leaseUntil"]) ?? held?.leaseUntil ?? null,
    worker: nameOf(payload["worker"]) ?? held?.worker ?? null,
    renewed: (held?.renewed ?? 0) + (word === "renewed" ? 1 : 0),
    expired: word === "expired",
    sequence,
  };
}

/** `retry.scheduled`: stands until the next start or the end. A node's retry says nothing about the scope. */
export function applyRetry(
  state: ScopeState,
  { payload, occurredAt }: EventEnvelope,
  sequence: number,
): void {
  if (payload["nodeId"] !== undefined) return;
  state.retry = {
    attempt: countOf(payload["attempt"]),
    maxAttempts: countOf(payload["maxAttempts"]),
    delayMs: countOf(payload["delayMs"]),
    nextAttemptAt: nameOf(payload["nextAttemptAt"]),
    scheduledAt: occurredAt,
    error: failureOf(payload["error"]),
    sequence,
  };
}

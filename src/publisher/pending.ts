import { canonicalize } from "../envelope/canonical.js";
import type { Draft } from "../envelope/draft.js";
import type { EventEnvelope } from "../envelope/envelope.js";
import type { Scope } from "../envelope/scope.js";
import type { Prepared, Unsealed } from "../envelope/seal.js";
import type { PersonalMember } from "../personal/personal-member.js";
import type { AppendResult } from "./result.js";

/** A draft that has been accepted and waits to be committed. */
export interface PendingDraft {
  tenant: string;
  scope: Scope;
  /** {@link scopeKey} of the scope itself, then of the scopes that contain it. */
  keys: readonly string[];
  id: string;
  /** What the producer asks for, with personal data as it was sent. */
  draft: Draft;
  /** Personal data in the draft. Once it is encrypted, {@link unsealed} and {@link prepared} hold that. */
  personal: readonly PersonalMember[];
  unsealed: Unsealed;
  prepared: Prepared;
  /** The hashes under which it has been sent so far: found in the log, they are our own doing. */
  sentHashes: string[];
  /** The stored event that has its id already, once that is known. */
  stored: { event: EventEnvelope; sequence: number } | undefined;
}

/** Drafts that are stored together or not at all; mostly one. */
export interface Unit {
  /** Place in the order of arrival. */
  order: number;
  drafts: PendingDraft[];
  /** Root scopes of its drafts: units that share one are committed in order of arrival. */
  roots: string[];
  /** Personal data in its drafts, if any, is encrypted. */
  isReady: boolean;
  length: number;
  deadlineMs: number;
  resolve(results: AppendResult[]): void;
}

/** Names a scope among those of all tenants; neither part holds a blank. */
export function scopeKey(tenant: string, path: string): string {
  return `${tenant} ${path}`;
}

export function rootKey(tenant: string, scope: Scope): string {
  return scopeKey(tenant, scope.ancestors[0] ?? scope.path);
}

/**
 * Whether an event is what the draft asks for. Members that the draft left to the publisher are
 * not compared: a retry of the same draft gets other defaults.
 */
export function isSameContent(draft: Draft, event: Unsealed): boolean {
  return (
    draft.type === event.type &&
    canonicalize(draft.payload) === canonicalize(event.payload) &&
    (["correlationId", "causationId", "traceparent", "occurredAt", "source"] as const).every(
      (member) => draft[member] === undefined || draft[member] === event[member],
    ) &&
    (draft.actor === undefined || canonicalize(draft.actor) === canonicalize(event.actor ?? null))
  );
}

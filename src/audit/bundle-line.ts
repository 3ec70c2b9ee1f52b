import { canonicalize } from "../envelope/canonical.js";
import type { EventEnvelope } from "../envelope/envelope.js";
import { leafText, type EventLeaf, type ForeignLeaf, type MissingLeaf } from "./leaf.js";

/** The media type of a bundle. */
export const BUNDLE_TYPE = "application/x-ndjson";

/**
 * One line of a bundle: what can be handed to somebody who is to verify a scope, or a whole log, without
 * asking anybody. Each line is canonical JSON (RFC 8785) and ends with a line feed.
 *
 * First comes the header; then, in the order of the log, everything of the scope and of the scopes below
 * it; then receipts, consistency, and at the end the checkpoint.
 */
export type BundleLine =
  | BundleHeader
  | EventLine
  | LeafLine
  | HiddenLine
  | ConsistencyLine
  | NoteLine<"receipt">
  | NoteLine<"checkpoint">;

export interface BundleHeader {
  kind: "bundle";
  v: 1;
  origin: string;
  tenant: string;
  /** A scope's path; empty for the whole tenant, whose bundle holds every leaf and no proofs. */
  scope: string;
  /** That of the checkpoint, which the proofs lead to. */
  size: number;
  /** A hint; whom to trust is for the reader to know. */
  verifierKeys: string[];
}

/** Hashes in base64, from the leaf upwards (RFC 9162, section 2.1.3); absent where every leaf is there. */
type Proof = string[];

export interface EventLine {
  kind: "event";
  leaf: EventLeaf;
  event: EventEnvelope;
  proof?: Proof;
}

/** A place without an event: what was sealed there still counts. */
export type LeafLine =
  /** The event was left out by whoever handed the bundle on. */
  | { kind: "redacted"; leaf: EventLeaf; proof?: Proof }
  /** The event has reached the end of its retention. */
  | { kind: "trimmed"; leaf: EventLeaf; proof?: Proof }
  /** There was none when the log was sealed. */
  | { kind: "missing"; leaf: MissingLeaf; proof?: Proof }
  /** There is a message that is no event. */
  | { kind: "foreign"; leaf: ForeignLeaf; proof?: Proof };

/** A leaf of another tenant, in the bundle of a whole tenant. */
export interface HiddenLine {
  kind: "hidden";
  /** Its hash in the tree, base64. */
  leafHash: string;
  sequence: number;
}

/** That the checkpoint's log has grown from an earlier one of `from` leaves (RFC 9162, section 2.1.4). */
export interface ConsistencyLine {
  kind: "consistency";
  from: number;
  proof: Proof;
}

export interface NoteLine<Kind extends "receipt" | "checkpoint"> {
  kind: Kind;
  note: string;
}

/** A line without its line feed. Events have {@link formatEventLine}. */
export function formatBundleLine(line: Exclude<BundleLine, EventLine>): string {
  return canonicalize(line);
}

/**
 * The line of an event, around its bytes as they are stored.
 *
 * @param eventText canonical JSON
 */
export function formatEventLine(
  eventText: string,
  leaf: EventLeaf,
  proof: readonly string[] | undefined,
): string {
  // Base64 needs no escapes.
  const end =
    proof === undefined ? "}" : `,"proof":[${proof.map((hash) => `"${hash}"`).join(",")}]}`;
  return `{"event":${eventText},"kind":"event","leaf":${leafText(leaf)}${end}`;
}

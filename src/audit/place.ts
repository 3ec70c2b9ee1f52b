import type { EventEnvelope, JsonObject, JsonValue } from "../envelope/envelope.js";
import { isScopePath, scopeOfSubject, TENANT_PATTERN } from "../envelope/scope.js";
import type { LeafLine } from "./bundle-line.js";
import { decodeHash } from "./checkpoint.js";
import type { FindingPlace } from "./finding.js";
import { hasOnly, isCount, isObject, isTexts } from "./json-shape.js";
import { isEventLeaf, isForeignLeaf, isMissingLeaf, leafText, type Leaf } from "./leaf.js";
import { leafHash } from "./merkle-tree.js";

/** A line of a bundle that is for one sequence of the log. */
export interface Place {
  kind: "event" | "hidden" | LeafLine["kind"];
  sequence: number;
  /** In the tree. */
  leafHash: Uint8Array;
  /** Whether its hashes are any, the way up the tree shows. */
  proof: readonly string[] | undefined;
  /** Undefined where no event was sealed. */
  sealed: Readonly<SealedEvent> | undefined;
  /** Only where it is an envelope with the right hash. */
  event: EventFacts | undefined;
  /** What the event says of itself, where it is none. */
  claimed: { index?: number; hash?: string };
}

/** What the leaf says of an event. */
export interface SealedEvent {
  hash: string;
  tenant: string;
  scope: string;
}

/** What is looked at in an event. */
export type EventFacts = Pick<
  EventEnvelope,
  "hash" | "index" | "origin" | "prev" | "scope" | "tenant" | "type"
>;

/** Where a place is, for a finding. */
export function placeOf({ sequence, event, sealed, claimed }: Place): FindingPlace {
  const scope = event?.scope ?? sealed?.scope;
  const index = event?.index ?? claimed.index;
  return { sequence, ...(scope !== undefined && { scope }), ...(index !== undefined && { index }) };
}

/** The place that a line is for, its event not looked at; undefined where the line is malformed. */
export function readPlace(line: JsonObject): Place | undefined {
  const { kind, leaf, leafHash, sequence, proof, event } = line;
  if (proof !== undefined && !isTexts(proof)) return undefined;
  const rest = { proof, event: undefined, claimed: claimsOf(event) };
  switch (kind) {
    case "event":
    case "redacted":
    case "trimmed": {
      if (!isEventLeaf(leaf) || isObject(event) !== (kind === "event")) return undefined;
      const sealed = sealedBy(leaf.hash, leaf.subject);
      if (!sealed || !hasOnly(line, "kind", "leaf", "proof", "event")) return undefined;
      return { ...rest, ...ofLeaf(leaf), kind, sealed };
    }
    case "missing":
      if (!isMissingLeaf(leaf) || !hasOnly(line, "kind", "leaf", "proof")) return undefined;
      return { ...rest, ...ofLeaf(leaf), kind, sealed: undefined };
    case "foreign":
      if (!isForeignLeaf(leaf) || !hasOnly(line, "kind", "leaf", "proof")) return undefined;
      return { ...rest, ...ofLeaf(leaf), kind, sealed: undefined };
    case "hidden": {
      const hash = typeof leafHash === "string" ? decodeHash(leafHash) : undefined;
      if (!hash || !isCount(sequence) || sequence === 0) return undefined;
      if (!hasOnly(line, "kind", "leafHash", "sequence")) return undefined;
      return { ...rest, kind, sequence, leafHash: hash, sealed: undefined };
    }
    default:
      return undefined;
  }
}

function ofLeaf(leaf: Leaf): Pick<Place, "sequence" | "leafHash"> {
  return { sequence: leaf.sequence, leafHash: leafHash(leafText(leaf)) };
}

function sealedBy(hash: string, subject: string): SealedEvent | undefined {
  const { tenant, path } = scopeOfSubject(subject);
  const isSubject = subject.startsWith("ev.") && TENANT_PATTERN.test(tenant) && isScopePath(path);
  return isSubject ? { hash, tenant, scope: path } : undefined;
}

function claimsOf(event: JsonValue | undefined): Place["claimed"] {
  if (!isObject(event)) return {};
  const { index, hash } = event;
  return {
    ...(typeof index === "number" ? { index } : {}),
    ...(typeof hash === "string" ? { hash } : {}),
  };
}

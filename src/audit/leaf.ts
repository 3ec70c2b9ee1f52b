import { canonicalize } from "../envelope/canonical.js";
import { HASH_PATTERN } from "../envelope/hash.js";
import { hasOnly, isCount, isObject } from "./json-shape.js";

/**
 * What the sealed log says of a sequence of the stream. The data of the leaf `sequence − 1` is the canonical
 * JSON of it.
 */
export type Leaf = EventLeaf | MissingLeaf | ForeignLeaf;

/** An event is there. */
export interface EventLeaf {
  /** Of the envelope. */
  hash: string;
  sequence: number;
  /** `ev.<tenant>.<scope, with dots>` */
  subject: string;
  /** The broker's clock: nanoseconds since 1970, in decimal. */
  time: string;
}

/** What of a time is beyond milliseconds has so many digits. */
export const NANO_DIGITS = 6;

/** Nothing was there when the log was sealed. */
export interface MissingLeaf {
  missing: true;
  sequence: number;
}

/** A message is there that is no event: something else wrote to the stream. */
export interface ForeignLeaf {
  /** `sha256:` and the hash of its bytes. */
  foreign: string;
  sequence: number;
  subject: string;
  time: string;
}

/** How a leaf tells when a message was recorded. @param nanos what the broker's clock adds to the milliseconds */
export function leafTime(ms: number, nanos: number): string {
  return `${ms}${String(nanos).padStart(NANO_DIGITS, "0")}`;
}

/** The canonical JSON of a leaf: its data in the tree. */
export function leafText(leaf: Leaf): string {
  // The members of an event's leaf need no escapes, and are written in their order.
  if ("hash" in leaf) {
    const { hash, sequence, subject, time } = leaf;
    return `{"hash":"${hash}","sequence":${sequence},"subject":"${subject}","time":"${time}"}`;
  }
  return canonicalize(leaf);
}

/** Whether a value is the leaf of an event; of what, its subject has to show. */
export function isEventLeaf(value: unknown): value is EventLeaf {
  if (!isObject(value) || !hasOnly(value, "hash", "sequence", "subject", "time")) return false;
  const { hash, sequence, subject, time } = value;
  return isHash(hash) && isSequence(sequence) && typeof subject === "string" && isTime(time);
}

/** Whether a value is the leaf of a sequence at which nothing was. */
export function isMissingLeaf(value: unknown): value is MissingLeaf {
  if (!isObject(value) || !hasOnly(value, "missing", "sequence")) return false;
  return value["missing"] === true && isSequence(value["sequence"]);
}

/** Whether a value is the leaf of a message that is no event. */
export function isForeignLeaf(value: unknown): value is ForeignLeaf {
  if (!isObject(value) || !hasOnly(value, "foreign", "sequence", "subject", "time")) return false;
  const { foreign, sequence, subject, time } = value;
  // Where the line itself is not canonical, nothing has shown yet that the subject is well-formed.
  const isSubject = typeof subject === "string" && subject.isWellFormed();
  return isHash(foreign) && isSequence(sequence) && isSubject && isTime(time);
}

const NANOSECONDS = /^(0|[1-9]\d*)$/;

function isHash(value: unknown): boolean {
  return typeof value === "string" && HASH_PATTERN.test(value);
}

function isSequence(value: unknown): boolean {
  return isCount(value) && value > 0;
}

function isTime(value: unknown): boolean {
  return typeof value === "string" && NANOSECONDS.test(value);
}

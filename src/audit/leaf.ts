import { canonicalize } from "../envelope/canonical.js";

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

/** The canonical JSON of a leaf: its data in the tree. */
export function leafText(leaf: Leaf): string {
  // The members of an event's leaf need no escapes, and are written in their order.
  if ("hash" in leaf) {
    const { hash, sequence, subject, time } = leaf;
    return `{"hash":"${hash}","sequence":${sequence},"subject":"${subject}","time":"${time}"}`;
  }
  return canonicalize(leaf);
}

import type { Checkpoint } from "./checkpoint.js";

/** What two checkpoints say of each other. */
export type Comparison =
  | { outcome: "same" }
  /** Two roots for one size: two different things were told of the same log. */
  | { outcome: "fork"; size: number }
  /** Whether the log has grown from one to the other, only a proof can show. */
  | { outcome: "sizes"; older: Checkpoint; newer: Checkpoint }
  | { outcome: "other log" };

/** Compares two checkpoints; who has signed them is for the caller to see. */
export function compareCheckpoints(one: Checkpoint, other: Checkpoint): Comparison {
  if (one.origin !== other.origin) return { outcome: "other log" };
  if (one.size !== other.size) {
    const [older, newer] = one.size < other.size ? [one, other] : [other, one];
    return { outcome: "sizes", older, newer };
  }
  const isSame = one.root.every((byte, i) => byte === other.root[i]);
  return isSame ? { outcome: "same" } : { outcome: "fork", size: one.size };
}

import type { BundleHeader } from "./bundle-line.js";
import { decodeHash, type Checkpoint } from "./checkpoint.js";
import type { Find } from "./finding.js";
import type { Incompleteness } from "./incomplete.js";
import { verifyConsistency } from "./merkle-proof.js";

/** What somebody remembers of a log. */
export interface Remembered {
  /** It has had so many leaves. */
  minSize: number;
  /** It was this. */
  checkpoint: Checkpoint | undefined;
}

/** What shows that the log has grown from what is remembered. */
export interface Growth {
  /** The root that the leaves of a whole bundle had at the remembered size. */
  earlierRoot: Uint8Array | undefined;
  /** The proof that a scope's bundle brings along (hashes in base64). */
  proof: readonly string[] | undefined;
}

/** Tells where the sizes of header, checkpoint and leaves differ; whether they are the same. */
export function checkSize(
  header: BundleHeader,
  { size }: Checkpoint,
  leaves: { last: number; isTold: boolean },
  find: Find,
): boolean {
  const at = { expected: size };
  if (header.size !== size) {
    find("size", `the header says ${header.size} leaves, and the checkpoint ${size}`, at);
    return false;
  }
  const isWhole = header.scope === "";
  if (leaves.last > size || (isWhole && leaves.last < size && !leaves.isTold)) {
    find("size", `the checkpoint is over ${size} leaves, and here are ${leaves.last}`, at);
    return false;
  }
  return true;
}

/** Holds a checkpoint that is trusted against what is remembered of its log. */
export function checkRemembered(
  { size, root }: Checkpoint,
  { minSize, checkpoint: earlier }: Remembered,
  /** Undefined where it is not known which leaves the log has. */
  growth: Growth | undefined,
  { find, incomplete }: { find: Find; incomplete: Incompleteness },
): void {
  const expected = Math.max(minSize, earlier?.size ?? 0);
  if (size < expected) {
    const detail = `the log is known to have had ${expected} leaves, and the checkpoint is over ${size}`;
    find("size", detail, { expected });
  }
  if (!earlier || earlier.size > size) return;
  if (earlier.size === size) {
    if (areSame(earlier.root, root)) return;
    find("fork", `there is another checkpoint of size ${size} with another root`);
    return;
  }
  // Every log has grown from none.
  if (earlier.size === 0 || !growth) return;
  const { earlierRoot, proof } = growth;
  const from = `the remembered checkpoint of size ${earlier.size}`;
  if (earlierRoot) {
    if (areSame(earlier.root, earlierRoot)) return;
    find("consistency", `its first ${earlier.size} leaves are not those of ${from}`);
  } else if (proof) {
    const hashes = proof.map(decodeHash).filter((hash) => hash !== undefined);
    const claim = { size1: earlier.size, size2: size, root1: earlier.root, root2: root };
    if (hashes.length === proof.length && verifyConsistency({ ...claim, proof: hashes })) return;
    find("consistency", `the log has not grown from ${from}`);
  } else incomplete.add("unproven-growth");
}

function areSame(one: Uint8Array, other: Uint8Array): boolean {
  return one.every((byte, i) => byte === other[i]);
}

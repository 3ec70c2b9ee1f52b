import type { Checkpoint } from "./checkpoint.js";
import type { Find } from "./finding.js";
import { InclusionPaths } from "./inclusion-paths.js";
import { CompactRange } from "./merkle-tree.js";
import { placeOf, type Place } from "./place.js";
import { ProvenRoots } from "./proven-roots.js";

/** What is known when the last leaf has come. */
export interface Sealing {
  /** Undefined where there is none that could be trusted. */
  checkpoint: Checkpoint | undefined;
  /** Whether something was told that makes the leaves other ones than were sealed. */
  isExplained: boolean;
}

/** The tree that the checkpoint has the root of, as far as the lines of a bundle tell. */
export interface SealedTree {
  /** Takes a leaf in; false where it is doubtful that it belongs there. */
  add(place: Place, line: number): boolean;
  /** Tells what does not fit the checkpoint; whether its root is right, or undefined where that is not known. */
  judge(sealing: Sealing): boolean | undefined;
}

/** The tree of a whole bundle, which has every leaf. */
export class WholeTree implements SealedTree {
  readonly #leaves = new CompactRange();
  #earlierRoot: Uint8Array | undefined;

  /** @param earlierSize the size of which the root is to be kept */
  constructor(
    readonly earlierSize: number | undefined,
    readonly find: Find,
  ) {}

  /** The root that the tree had at the earlier size. */
  get earlierRoot(): Uint8Array | undefined {
    return this.#earlierRoot;
  }

  add(place: Place): boolean {
    if (place.proof) this.find("shape", "there are no proofs in a whole bundle", placeOf(place));
    this.#leaves.append(place.leafHash);
    if (this.#leaves.size === this.earlierSize) this.#earlierRoot = this.#leaves.root();
    return true;
  }

  judge({ checkpoint, isExplained }: Sealing): boolean | undefined {
    if (!checkpoint || checkpoint.size !== this.#leaves.size) return undefined;
    const root = this.#leaves.root();
    if (checkpoint.root.every((byte, i) => byte === root[i])) return true;
    if (isExplained) return undefined;
    const detail = `the ${checkpoint.size} leaves have another root than the checkpoint`;
    this.find("root", detail, { expected: checkpoint.size });
    return false;
  }
}

/** The tree of a scope's bundle, where each leaf has a proof. */
export class ProvenTree implements SealedTree {
  readonly #paths: InclusionPaths;
  readonly #roots = new ProvenRoots();

  constructor(
    readonly size: number,
    readonly find: Find,
  ) {
    this.#paths = new InclusionPaths(size);
  }

  add(place: Place, line: number): boolean {
    const { kind, sequence, leafHash, proof } = place;
    if (proof && kind !== "hidden") {
      const root = this.#paths.rootOf(sequence - 1, leafHash, proof);
      return this.#roots.add(root, place, line);
    }
    this.find("shape", "there is no proof that it is in the log", placeOf(place));
    return false;
  }

  judge({ checkpoint }: Sealing): boolean | undefined {
    const root = checkpoint?.root ?? this.#roots.prevalent;
    const strays = this.#roots.strays(root);
    if (strays.length === 0 && this.#roots.untold === 0) return checkpoint ? true : undefined;
    if (checkpoint && this.#roots.only) {
      this.find("root", "all proofs lead to another root than the checkpoint's");
      return false;
    }
    for (const { at, lines } of strays) {
      const more = lines > 1 ? `, nor do those of the ${lines - 1} lines behind it` : "";
      this.find("inclusion", `its proof does not lead to the checkpoint's root${more}`, at);
    }
    if (this.#roots.untold > 0) {
      this.find("inclusion", `${this.#roots.untold} more lines have proofs to many other roots`);
    }
    return false;
  }
}

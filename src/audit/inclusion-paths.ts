import { decodeHash } from "./checkpoint.js";
import { nodeHash } from "./merkle-tree.js";

/** A node of the way from a leaf to the root, and how much of the proof was used up to there. */
interface Step {
  level: number;
  node: number;
  hash: Uint8Array;
  used: number;
}

/**
 * The roots that inclusion proofs lead to (RFC 9162, section 2.1.3.2). Neighbouring leaves share most of
 * their way: where one comes upon a node of the way before it, and the rest of the two proofs is the same,
 * so is the root. For leaves close together that takes about two hashes each.
 */
export class InclusionPaths {
  #steps: Step[] = [];
  #proof: readonly string[] = [];
  #root: Uint8Array | undefined;

  /** @param size of the tree that all proofs are of */
  constructor(readonly size: number) {}

  /**
   * The root that a proof leads to; undefined where the proof is malformed, or not one of such a leaf.
   *
   * @param proof hashes in base64, from the leaf upwards
   */
  rootOf(index: number, leafHash: Uint8Array, proof: readonly string[]): Uint8Array | undefined {
    if (!Number.isSafeInteger(index) || index < 0 || index >= this.size) return undefined;
    const steps: Step[] = [];
    let hash = leafHash;
    let [level, node, last] = [0, index, this.size - 1];
    const up = () => {
      [level, node, last] = [level + 1, Math.floor(node / 2), Math.floor(last / 2)];
    };
    for (const [used, encoded] of proof.entries()) {
      const step = { level, node, hash, used };
      if (this.#joins(step, proof)) {
        const shift = proof.length - this.#proof.length;
        for (const known of this.#steps) {
          if (known.level >= level) steps.push({ ...known, used: known.used + shift });
        }
        this.#steps = steps;
        this.#proof = proof;
        return this.#root;
      }
      steps.push(step);
      const sibling = decodeHash(encoded);
      if (sibling === undefined || last === 0) return undefined;
      if (node % 2 === 1 || node === last) {
        hash = nodeHash(sibling, hash);
        while (node % 2 === 0 && node !== 0) up();
      } else {
        hash = nodeHash(hash, sibling);
      }
      up();
    }
    if (last !== 0) return undefined;
    this.#steps = steps;
    this.#proof = proof;
    this.#root = hash;
    return hash;
  }

  #joins({ level, node, hash, used }: Step, proof: readonly string[]): boolean {
    const known = this.#steps.find((step) => step.level === level);
    return (
      known?.node === node &&
      proof.length - used === this.#proof.length - known.used &&
      hash.every((byte, i) => byte === known.hash[i]) &&
      proof.every((sibling, i) => i < used || sibling === this.#proof[i - used + known.used])
    );
  }
}

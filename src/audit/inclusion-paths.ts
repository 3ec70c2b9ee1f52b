import { decodeHash } from "./checkpoint.js";
import { HASH_BYTES, nodeHash } from "./merkle-tree.js";

/** A way from a leaf to the root: for each level that it has a node on, which one, its hash, and its place in the proof. */
interface Path {
  nodes: number[];
  hashes: Uint8Array[];
  used: number[];
  proof: readonly string[];
  root: Uint8Array | undefined;
}

/**
 * The roots that inclusion proofs lead to (RFC 9162, section 2.1.3.2). Neighbouring leaves share most of
 * their way: where one comes upon a node of the way before it, and the rest of the two proofs is the same,
 * so is the root. For leaves close together that takes about two hashes each.
 */
export class InclusionPaths {
  #path: Path = { nodes: [], hashes: [], used: [], proof: [], root: undefined };

  /** @param size of the tree that all proofs are of */
  constructor(readonly size: number) {}

  /**
   * The root that a proof leads to; undefined where the proof is malformed, or not one of such a leaf.
   *
   * @param proof hashes in base64, from the leaf upwards
   */
  rootOf(index: number, leafHash: Uint8Array, proof: readonly string[]): Uint8Array | undefined {
    if (!Number.isSafeInteger(index) || index < 0 || index >= this.size) return undefined;
    const path: Path = { nodes: [], hashes: [], used: [], proof, root: undefined };
    let hash = leafHash;
    let level = 0;
    let node = index;
    let last = this.size - 1;
    for (let used = 0; used < proof.length; used++) {
      path.nodes[level] = node;
      path.hashes[level] = hash;
      path.used[level] = used;
      if (this.#joins(path, level)) return this.#follow(path, level);
      const sibling = decodeHash(proof[used] ?? "");
      if (sibling === undefined || last === 0) return undefined;
      if (node % 2 === 1 || node === last) {
        hash = nodeHash(sibling, hash);
        for (; node % 2 === 0 && node !== 0; level++) {
          node = Math.floor(node / 2);
          last = Math.floor(last / 2);
        }
      } else {
        hash = nodeHash(hash, sibling);
      }
      node = Math.floor(node / 2);
      last = Math.floor(last / 2);
      level++;
    }
    if (last !== 0) return undefined;
    path.root = hash;
    this.#path = path;
    return hash;
  }

  /** Whether the way before went through the same node, and on as this one would. */
  #joins(path: Path, level: number): boolean {
    const known = this.#path;
    if (known.nodes[level] !== path.nodes[level]) return false;
    const used = path.used[level] ?? 0;
    const shift = (known.used[level] ?? 0) - used;
    if (path.proof.length + shift !== known.proof.length) return false;
    const hash = path.hashes[level];
    const knownHash = known.hashes[level];
    for (let i = 0; i < HASH_BYTES; i++) if (hash?.[i] !== knownHash?.[i]) return false;
    for (let i = used; i < path.proof.length; i++) {
      if (path.proof[i] !== known.proof[i + shift]) return false;
    }
    return true;
  }

  /** The new way is the old one from a level on. */
  #follow(path: Path, from: number): Uint8Array | undefined {
    const known = this.#path;
    const shift = (path.used[from] ?? 0) - (known.used[from] ?? 0);
    for (let level = from; level < known.nodes.length; level++) {
      const node = known.nodes[level];
      const hash = known.hashes[level];
      const used = known.used[level];
      // Levels that a node without a sibling passes through have none.
      if (node === undefined || hash === undefined || used === undefined) continue;
      path.nodes[level] = node;
      path.hashes[level] = hash;
      path.used[level] = used + shift;
    }
    path.root = known.root;
    this.#path = path;
    return path.root;
  }
}

import { decodeHash } from "./checkpoint.js";
import { HASH_BYTES, nodeHash } from "./merkle-tree.js";

/** Sequences are safe integers, so that no tree is higher. */
const MAX_LEVELS = 54;
const NO_NODE = -1;

/** A way through a tree: for each level the node on it, its hash, and how much of the proof was used up to it. */
class Way {
  readonly nodes = new Float64Array(MAX_LEVELS).fill(NO_NODE);
  readonly used = new Int32Array(MAX_LEVELS);
  readonly hashes = new Array<Uint8Array>(MAX_LEVELS).fill(new Uint8Array(HASH_BYTES));

  set(level: number, node: number, hash: Uint8Array, used: number): void {
    this.nodes[level] = node;
    this.hashes[level] = hash;
    this.used[level] = used;
  }
}

/**
 * The roots that inclusion proofs lead to (RFC 9162, section 2.1.3.2). Neighbouring leaves share most of
 * their way: where one comes upon a node of the way before it, and the rest of the two proofs is the same,
 * so is the root. For leaves close together that takes about two hashes each.
 */
export class InclusionPaths {
  /** The way of the last proof that led to a root; and room for the start of the next one. */
  readonly #known = new Way();
  readonly #start = new Way();
  #proof: readonly string[] = [];
  #root: Uint8Array | undefined;

  readonly #levels: number;

  /** @param size of the tree that all proofs are of */
  constructor(readonly size: number) {
    let levels = 1;
    for (let last = size - 1; last > 0; last = Math.floor(last / 2)) levels++;
    this.#levels = levels;
  }

  /**
   * The root that a proof leads to; undefined where the proof is malformed, or not one of such a leaf.
   *
   * @param proof hashes in base64, from the leaf upwards
   */
  rootOf(index: number, leafHash: Uint8Array, proof: readonly string[]): Uint8Array | undefined {
    if (!Number.isSafeInteger(index) || index < 0 || index >= this.size) return undefined;
    let hash = leafHash;
    let level = 0;
    let node = index;
    let last = this.size - 1;
    for (let used = 0; used < proof.length; used++) {
      if (this.#joins(level, node, hash, { proof, used })) {
        return this.#remember(level, proof, this.#root);
      }
      this.#start.set(level, node, hash, used);
      const sibling = decodeHash(proof[used] ?? "");
      if (sibling === undefined || last === 0) {
        this.#start.nodes.fill(NO_NODE);
        return undefined;
      }
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
    if (last === 0) return this.#remember(this.#levels, proof, hash);
    this.#start.nodes.fill(NO_NODE);
    return undefined;
  }

  /** Whether the way before went through the same node, and on as this one would. */
  #joins(
    level: number,
    node: number,
    hash: Uint8Array,
    { proof, used }: { proof: readonly string[]; used: number },
  ): boolean {
    const known = this.#known;
    if (known.nodes[level] !== node) return false;
    const shift = (known.used[level] ?? 0) - used;
    if (proof.length + shift !== this.#proof.length) return false;
    const knownHash = known.hashes[level];
    for (let i = 0; i < HASH_BYTES; i++) if (hash[i] !== knownHash?.[i]) return false;
    for (let i = used; i < proof.length; i++) {
      if (proof[i] !== this.#proof[i + shift]) return false;
    }
    return true;
  }

  /** Takes the start of a way for that of the known one, which it is from a level on. */
  #remember(
    joined: number,
    proof: readonly string[],
    root: Uint8Array | undefined,
  ): Uint8Array | undefined {
    const start = this.#start;
    const known = this.#known;
    const shift = proof.length - this.#proof.length;
    for (let level = 0; level < this.#levels; level++) {
      const hash = start.hashes[level];
      if (level >= joined) known.used[level] = (known.used[level] ?? 0) + shift;
      else if (hash) {
        known.set(level, start.nodes[level] ?? NO_NODE, hash, start.used[level] ?? 0);
        start.nodes[level] = NO_NODE;
      }
    }
    this.#proof = proof;
    this.#root = root;
    return root;
  }
}

import { sha256Bytes } from "../envelope/hash.js";

/**
 * The Merkle tree of RFC 9162, section 2.1 (the same as RFC 6962's) with SHA-256: its leaves are byte
 * strings in an order, its root stands for all of them.
 */

/** SHA-256 hashes have 32 bytes. */
export const HASH_BYTES = 32;

/** Tells leaves from nodes, so that none can be taken for the other. */
const LEAF_PREFIX = 0x00;
const NODE_PREFIX = 0x01;

/** The hash of one leaf; a text stands for its UTF-8. */
export function leafHash(data: string | Uint8Array): Uint8Array {
  if (typeof data === "string") return sha256Bytes(`\0${data}`);
  const prefixed = new Uint8Array(1 + data.length);
  prefixed[0] = LEAF_PREFIX;
  prefixed.set(data, 1);
  return sha256Bytes(prefixed);
}

/** What a node\'s hash is taken of. One for all: there are millions of nodes, and each is hashed at once. */
const node = new Uint8Array(1 + 2 * HASH_BYTES);
node[0] = NODE_PREFIX;

/** The hash of a node over the hashes of its two halves. */
export function nodeHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  node.set(left, 1);
  node.set(right, 1 + HASH_BYTES);
  return sha256Bytes(node);
}

/** The root of a tree without leaves. */
export function emptyRoot(): Uint8Array {
  return sha256Bytes(new Uint8Array(0));
}

/** The largest power of two that is smaller than `size`, which is at least 2. */
export function splitOf(size: number): number {
  let split = 1;
  while (split * 2 < size) split *= 2;
  return split;
}

/**
 * A tree that only grows, as the hashes of the perfect trees that it consists of: one for each bit that is
 * set in its size, so at most 53, the largest first. That is all that is needed to add leaves and to know
 * the root.
 */
export class CompactRange {
  #size: number;
  readonly #hashes: Uint8Array[];

  /**
   * @param size how many leaves it has
   * @param hashes what {@link hashes} was then
   * @throws RangeError when the two do not belong together
   */
  constructor(size = 0, hashes: readonly Uint8Array[] = []) {
    if (!Number.isSafeInteger(size) || size < 0 || hashes.length !== bitsIn(size)) {
      throw new RangeError(`a tree of ${size} leaves is not made of ${hashes.length} hashes`);
    }
    if (hashes.some(({ length }) => length !== HASH_BYTES)) {
      throw new RangeError(`a hash has ${HASH_BYTES} bytes`);
    }
    this.#size = size;
    this.#hashes = [...hashes];
  }

  get size(): number {
    return this.#size;
  }

  get hashes(): readonly Uint8Array[] {
    return this.#hashes;
  }

  /** Adds a leaf, given by its {@link leafHash}. */
  append(leaf: Uint8Array): void {
    let hash = leaf;
    // Two perfect trees of the same size become one: the carry of a binary counter.
    for (let size = this.#size; size % 2 === 1; size = (size - 1) / 2) {
      hash = nodeHash(this.#hashes.pop() ?? hash, hash);
    }
    this.#hashes.push(hash);
    this.#size++;
  }

  root(): Uint8Array {
    const last = this.#hashes.at(-1);
    if (!last) return emptyRoot();
    return this.#hashes.slice(0, -1).reduceRight((right, left) => nodeHash(left, right), last);
  }
}

/** The root of a tree, from the hashes of its leaves. */
export function rootOf(leaves: Iterable<Uint8Array>): Uint8Array {
  const tree = new CompactRange();
  for (const leaf of leaves) tree.append(leaf);
  return tree.root();
}

function bitsIn(size: number): number {
  let bits = 0;
  for (let rest = size; rest > 0; rest = Math.floor(rest / 2)) bits += rest % 2;
  return bits;
}

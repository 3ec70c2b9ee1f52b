import { HASH_BYTES, nodeHash, splitOf } from "./merkle-tree.js";

/** Neighbouring leaves, from the first one to before `to`. */
export interface LeafRange {
  from: number;
  to: number;
}

/**
 * What an inclusion proof is made of (RFC 9162, section 2.1.3.1): the roots of these ranges, in this order,
 * from the leaf upwards.
 *
 * @throws RangeError when there is no such leaf
 */
export function inclusionRanges(index: number, size: number): LeafRange[] {
  if (!isSize(size) || !isSize(index) || index >= size) {
    throw new RangeError(`there is no leaf ${index} among ${size}`);
  }
  return descent(index + 1, size, ({ from, to }) => to - from === 1).passed.reverse();
}

/**
 * What a consistency proof is made of (RFC 9162, section 2.1.4.1): the roots of these ranges, in this order.
 *
 * @throws RangeError when a tree of `size1` leaves cannot have grown to `size2`, or has none
 */
export function consistencyRanges(size1: number, size2: number): LeafRange[] {
  if (!isSize(size1) || !isSize(size2) || size1 === 0 || size1 > size2) {
    throw new RangeError(`a tree of ${size1} leaves does not grow to ${size2}`);
  }
  const { passed, reached } = descent(size1, size2, ({ to }) => to === size1);
  // Whoever has the old tree knows its root, unless that is only a part of this range.
  if (reached.from > 0) passed.push(reached);
  return passed.reverse();
}

/**
 * The way down from the root to a range that is the one looked for and holds the leaf before `end`, and the
 * halves that it passes by, from the root downwards.
 */
function descent(
  end: number,
  size: number,
  isThere: (range: LeafRange) => boolean,
): { passed: LeafRange[]; reached: LeafRange } {
  const passed: LeafRange[] = [];
  let reached = { from: 0, to: size };
  while (!isThere(reached)) {
    const { from, to } = reached;
    const middle = from + splitOf(to - from);
    const [left, right] = [
      { from, to: middle },
      { from: middle, to },
    ];
    passed.push(end <= middle ? right : left);
    reached = end <= middle ? left : right;
  }
  return { passed, reached };
}

export interface InclusionProof {
  index: number;
  size: number;
  leafHash: Uint8Array;
  root: Uint8Array;
  proof: readonly Uint8Array[];
}

/** Whether a leaf is in a tree at a place (RFC 9162, section 2.1.3.2). False for whatever is malformed. */
export function verifyInclusion({ index, size, leafHash, root, proof }: InclusionProof): boolean {
  if (!isSize(size) || !isSize(index) || index >= size) return false;
  if (![leafHash, root, ...proof].every(isHash)) return false;
  let node = index;
  let last = size - 1;
  let hash = leafHash;
  for (const sibling of proof) {
    if (last === 0) return false;
    if (node % 2 === 1 || node === last) {
      hash = nodeHash(sibling, hash);
      while (node % 2 === 0 && node !== 0) [node, last] = [half(node), half(last)];
    } else {
      hash = nodeHash(hash, sibling);
    }
    [node, last] = [half(node), half(last)];
  }
  return last === 0 && areEqual(hash, root);
}

export interface ConsistencyProof {
  size1: number;
  size2: number;
  root1: Uint8Array;
  root2: Uint8Array;
  proof: readonly Uint8Array[];
}

/**
 * Whether a tree has grown from another one, with nothing altered (RFC 9162, section 2.1.4.2). False for
 * whatever is malformed, and for growth from a tree without leaves, of which there is nothing to prove.
 */
export function verifyConsistency(claim: ConsistencyProof): boolean {
  const { size1, size2, root1, root2, proof } = claim;
  if (!isSize(size1) || !isSize(size2) || size1 === 0 || size1 > size2) return false;
  if (size1 === size2) return proof.length === 0 && areEqual(root1, root2);
  if (![root1, root2, ...proof].every(isHash)) return false;
  let node = size1 - 1;
  let last = size2 - 1;
  while (node % 2 === 1) [node, last] = [half(node), half(last)];
  // The old tree is perfect, and itself the first part of the path.
  const [first, ...rest] = node === 0 ? [root1, ...proof] : proof;
  if (!first) return false;
  let [hash1, hash2] = [first, first];
  for (const sibling of rest) {
    if (last === 0) return false;
    if (node % 2 === 1 || node === last) {
      hash1 = nodeHash(sibling, hash1);
      hash2 = nodeHash(sibling, hash2);
      while (node % 2 === 0 && node !== 0) [node, last] = [half(node), half(last)];
    } else {
      hash2 = nodeHash(hash2, sibling);
    }
    [node, last] = [half(node), half(last)];
  }
  return last === 0 && areEqual(hash1, root1) && areEqual(hash2, root2);
}

/** Sizes go beyond 32 bits, so that there are no shifts here. */
function half(n: number): number {
  return Math.floor(n / 2);
}

function isSize(n: number): boolean {
  return Number.isSafeInteger(n) && n >= 0;
}

function isHash({ length }: Uint8Array): boolean {
  return length === HASH_BYTES;
}

function areEqual(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, i) => byte === other[i]);
}

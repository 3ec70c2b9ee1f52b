import fc from "fast-check";
import { expect, test } from "vitest";
import { InclusionPaths } from "../../src/audit/inclusion-paths.js";
import { inclusionRanges, verifyInclusion } from "../../src/audit/merkle-proof.js";
import { leafHash, rootOf } from "../../src/audit/merkle-tree.js";

const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString("base64");

function treeOf(size: number) {
  const leaves = Array.from({ length: size }, (_, i) => leafHash(String(i)));
  const root = rootOf(leaves);
  const proofOf = (index: number) =>
    inclusionRanges(index, size).map(({ from, to }) => rootOf(leaves.slice(from, to)));
  return { leaves, root, proofOf };
}

test("all proofs of a tree lead to its root, whichever leaves come before", () => {
  for (let size = 1; size <= 40; size++) {
    const { leaves, root, proofOf } = treeOf(size);
    const paths = new InclusionPaths(size);
    const order = leaves.flatMap((_, i) => [i, (i * 7) % size]);
    for (const index of order) {
      const leaf = leaves[index] ?? root;
      expect(paths.rootOf(index, leaf, proofOf(index).map(base64))).toEqual(root);
    }
  }
});

test("says of altered proofs what the verification of one proof says, whatever came before", () => {
  const { leaves, root, proofOf } = treeOf(21);
  const alteration = fc.record({
    index: fc.nat(22),
    of: fc.nat(20),
    leaf: fc.nat(20),
    change: fc.constantFrom("none", "drop", "double", "swap", "flip"),
    place: fc.nat(4),
  });
  fc.assert(
    fc.property(fc.array(alteration, { minLength: 1, maxLength: 12 }), (alterations) => {
      const paths = new InclusionPaths(21);
      for (const { index, of, leaf, change, place } of alterations) {
        const proof = altered(proofOf(of), change, place);
        const leafHash = leaves[leaf] ?? root;
        const isIn = verifyInclusion({ index, size: 21, leafHash, root, proof });
        const reached = paths.rootOf(index, leafHash, proof.map(base64));
        expect(reached !== undefined && base64(reached) === base64(root)).toBe(isIn);
      }
    }),
    { numRuns: 500 },
  );
});

function altered(proof: Uint8Array[], change: string, place: number): Uint8Array[] {
  const hashes = [...proof];
  const at = place % Math.max(hashes.length, 1);
  const hash = hashes[at];
  if (!hash) return hashes;
  if (change === "drop") hashes.splice(at, 1);
  else if (change === "double") hashes.splice(at, 0, hash);
  else if (change === "swap") hashes.reverse();
  else if (change === "flip") hashes[at] = hash.map((byte, i) => (i === 5 ? byte ^ 1 : byte));
  return hashes;
}

test("a proof of something that is no hash leads nowhere", () => {
  const { leaves, root } = treeOf(2);
  const paths = new InclusionPaths(2);
  for (const sibling of ["", "AAAA", "not base64", `${base64(root)}\n`]) {
    expect(paths.rootOf(0, leaves[0] ?? root, [sibling])).toBeUndefined();
  }
});

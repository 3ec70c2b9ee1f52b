import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  consistencyRanges,
  inclusionRanges,
  verifyConsistency,
  verifyInclusion,
  type LeafRange,
} from "../../src/audit/merkle-proof.js";
import { CompactRange, emptyRoot, leafHash, rootOf } from "../../src/audit/merkle-tree.js";

const VECTORS = new URL("../vectors/merkle/", import.meta.url);
const read = (path: string) => readFileSync(new URL(path, VECTORS), "utf8");
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");
/** Go writes an empty slice as null. */
const bytes = (base64: string | null) => new Uint8Array(Buffer.from(base64 ?? "", "base64"));

interface Vector {
  desc: string;
  wantErr: boolean;
  proof: string[] | null;
}
interface InclusionVector extends Vector {
  leafIdx: number;
  treeSize: number;
  leafHash: string | null;
  root: string | null;
}
interface ConsistencyVector extends Vector {
  size1: number;
  size2: number;
  root1: string | null;
  root2: string | null;
}

function vectorsIn<V extends Vector>(folder: string): [string, V][] {
  const root = `transparency-dev/${folder}/`;
  const files = readdirSync(new URL(root, VECTORS), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".json"))
    .map((file) => root + file);
  return files.map((file) => [file, JSON.parse(read(file)) as V]);
}

const leaves = (count: number) =>
  Array.from({ length: count }, (_, i) => leafHash(Uint8Array.of(i & 0xff, i >> 8)));

describe("a tree", () => {
  test("of the first bytes has the roots that were computed elsewhere", () => {
    const rows = read("roots-bytes-0-130.csv").trim().split("\n");
    const tree = new CompactRange();
    expect(rows.length).toBe(131);
    for (const row of rows) {
      const [size, root] = row.split(",");
      expect(tree.size).toBe(Number(size));
      expect(hex(tree.root())).toBe(root);
      tree.append(leafHash(Uint8Array.of(tree.size)));
    }
  });

  test("of the leaves of other implementations' tests has their roots", () => {
    const { leaves_hex, roots_hex_by_size } = JSON.parse(read("rfc6962-roots.json")) as {
      leaves_hex: string[];
      roots_hex_by_size: string[];
    };
    const hashes = leaves_hex.map((leaf) => leafHash(Buffer.from(leaf, "hex")));
    expect(roots_hex_by_size).toEqual(
      roots_hex_by_size.map((_, size) => hex(rootOf(hashes.slice(0, size)))),
    );
  });

  test("goes on from its hashes as if it had never been left", () => {
    const hashes = leaves(100);
    for (let size = 0; size <= 100; size++) {
      const first = new CompactRange();
      for (const leaf of hashes.slice(0, size)) first.append(leaf);
      const second = new CompactRange(first.size, first.hashes);
      for (const leaf of hashes.slice(size)) second.append(leaf);
      expect(hex(second.root())).toBe(hex(rootOf(hashes)));
    }
  });

  test.each([
    ["fewer hashes than its size has bits", 3, 1],
    ["more", 4, 2],
    ["any, and no size", NaN, 1],
    ["none, and a negative size", -1, 0],
  ])("is not made of %s", (_, size, count) => {
    expect(() => new CompactRange(size, leaves(count))).toThrow(RangeError);
  });

  test("is not made of what is no hash", () => {
    expect(() => new CompactRange(1, [new Uint8Array(31)])).toThrow(RangeError);
  });
});

describe("proofs of others", () => {
  const inclusion = vectorsIn<InclusionVector>("inclusion");
  const consistency = vectorsIn<ConsistencyVector>("consistency");

  test("are all there", () => {
    expect([inclusion.length, consistency.length]).toEqual([98, 98]);
  });

  test.each(inclusion)("%s", (_, { leafIdx, treeSize, proof, wantErr, ...vector }) => {
    const verified = verifyInclusion({
      index: leafIdx,
      size: treeSize,
      leafHash: bytes(vector.leafHash),
      root: bytes(vector.root),
      proof: (proof ?? []).map(bytes),
    });
    expect(verified).toBe(!wantErr);
  });

  test.each(consistency)("%s", (_, { size1, size2, root1, root2, proof, wantErr }) => {
    const verified = verifyConsistency({
      size1,
      size2,
      root1: bytes(root1),
      root2: bytes(root2),
      proof: (proof ?? []).map(bytes),
    });
    expect(verified).toBe(!wantErr);
  });
});

describe("proofs of ours", () => {
  const MOST = 300;
  const hashes = leaves(MOST);
  const rootOfRange = ({ from, to }: LeafRange) => rootOf(hashes.slice(from, to));
  const rootAt = (size: number) => rootOfRange({ from: 0, to: size });
  const sizes = fc.integer({ min: 1, max: MOST });
  /** The same hash with one bit of it turned. */
  const turned = (hash: Uint8Array, bit: number) =>
    hash.map((byte, i) => (i === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte));

  test("of inclusion hold for every leaf of every tree, and not for another place or one bit more", () => {
    for (let size = 1; size <= 70; size++) {
      const root = rootAt(size);
      for (let index = 0; index < size; index++) {
        const proof = inclusionRanges(index, size).map(rootOfRange);
        const claim = { index, size, leafHash: leafHash(Uint8Array.of(index, 0)), root, proof };
        expect(verifyInclusion(claim)).toBe(true);
        expect(verifyInclusion({ ...claim, index: (index + 1) % size })).toBe(size === 1);
        expect(verifyInclusion({ ...claim, root: turned(root, index) })).toBe(false);
        expect(verifyInclusion({ ...claim, proof: [...proof, root] })).toBe(false);
      }
    }
  });

  test("of consistency hold for every growth, and not with one bit turned", () => {
    fc.assert(
      fc.property(sizes, sizes, fc.nat(), fc.nat(255), (one, other, which, bit) => {
        const [size1 = 1, size2 = 1] = [one, other].sort((a, b) => a - b);
        const proof = consistencyRanges(size1, size2).map(rootOfRange);
        const claim = { size1, size2, root1: rootAt(size1), root2: rootAt(size2), proof };
        expect(verifyConsistency(claim)).toBe(true);
        const spoilt = proof.map((hash, i) =>
          i === which % proof.length ? turned(hash, bit) : hash,
        );
        if (proof.length > 0) expect(verifyConsistency({ ...claim, proof: spoilt })).toBe(false);
        expect(verifyConsistency({ ...claim, root1: turned(claim.root1, bit) })).toBe(false);
      }),
      { numRuns: 500 },
    );
  });

  test("are about trees far beyond what 32 bits count", () => {
    const size = 2 ** 50 + 3;
    expect(inclusionRanges(size - 1, size)).toEqual([
      { from: 2 ** 50, to: 2 ** 50 + 2 },
      { from: 0, to: 2 ** 50 },
    ]);
    const [one, other, last] = leaves(3);
    if (!one || !other || !last) throw new Error("there are three");
    const tree = new CompactRange(size, [one, other, last]);
    const proof = [other, one];
    expect(
      verifyInclusion({ index: size - 1, size, leafHash: last, root: tree.root(), proof }),
    ).toBe(true);
  });

  test.each([
    [0, 0],
    [5, 5],
    [-1, 5],
    [1.5, 5],
    [NaN, 5],
  ])("of inclusion are not made for leaf %s of %s", (index, size) => {
    expect(() => inclusionRanges(index, size)).toThrow(RangeError);
    const hash = emptyRoot();
    expect(verifyInclusion({ index, size, leafHash: hash, root: hash, proof: [] })).toBe(false);
  });

  test.each([
    [0, 5],
    [6, 5],
    [1, NaN],
  ])("of consistency are not made from %s to %s", (size1, size2) => {
    expect(() => consistencyRanges(size1, size2)).toThrow(RangeError);
    const hash = emptyRoot();
    expect(verifyConsistency({ size1, size2, root1: hash, root2: hash, proof: [] })).toBe(false);
  });
});

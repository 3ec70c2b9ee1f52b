import fc from "fast-check";
import { expect, test } from "vitest";
import { consistencyRanges, inclusionRanges } from "../../src/audit/merkle-proof.js";
import { verifyConsistency, verifyInclusion } from "../../src/audit/merkle-proof.js";
import { CompactRange, leafHash } from "../../src/audit/merkle-tree.js";
import { rootOfRange } from "../../src/audit/tile-proof.js";
import {
  joinHashes,
  splitHashes,
  TILE_WIDTH,
  TileTree,
  type StoredTail,
} from "../../src/audit/tile-tree.js";

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");
const leaf = (i: number) => `leaf ${i}`;
const SIZES = [0, 1, 2, 255, 256, 257, 511, 512, 1000, 65_535, 65_536, 65_537, 66_049, 70_000];
const LARGEST = 70_000;

/** A place for tiles, as a log keeps them. */
class Tiles {
  readonly leaves: string[] = [];
  readonly #hashes: Uint8Array[] = [];
  readonly #upper = new Map<string, Uint8Array>();

  store(tree: TileTree, before: number): void {
    for (const { level, firstTile, hashes } of tree.changesSince(before)) {
      for (let at = 0; at < hashes.length; at += TILE_WIDTH) {
        const tile = hashes.slice(at, at + TILE_WIDTH);
        this.#upper.set(`${level}/${firstTile + at / TILE_WIDTH}`, joinHashes(tile));
      }
    }
    tree.stored(tree.size);
  }

  readonly read = (level: number, tile: number): Promise<Uint8Array[]> => {
    while (this.#hashes.length < this.leaves.length) {
      this.#hashes.push(leafHash(this.leaves[this.#hashes.length] ?? ""));
    }
    return Promise.resolve(
      level === 0
        ? this.#hashes.slice(tile * TILE_WIDTH, (tile + 1) * TILE_WIDTH)
        : splitHashes(this.#upper.get(`${level}/${tile}`) ?? new Uint8Array()),
    );
  };

  async tail(size: number): Promise<StoredTail> {
    const levels: Uint8Array[][] = [];
    for (let count = size; count > 0; count = Math.floor(count / TILE_WIDTH)) {
      const tile = await this.read(levels.length, Math.floor(count / TILE_WIDTH));
      levels.push(tile.slice(0, count % TILE_WIDTH));
    }
    return { size, levels };
  }
}

/** A tree of `LARGEST` leaves that was stored at each of the sizes, and put together again from what was. */
async function grown(): Promise<{ tiles: Tiles; roots: Map<number, string> }> {
  const tiles = new Tiles();
  const roots = new Map<number, string>();
  let tree = new TileTree();
  for (const size of SIZES) {
    const before = tree.size;
    while (tree.size < size) {
      tiles.leaves.push(leaf(tree.size));
      tree.append(leaf(tree.size));
    }
    tiles.store(tree, before);
    roots.set(size, hex(tree.root()));
    tree = new TileTree(await tiles.tail(size));
  }
  return { tiles, roots };
}

const built = grown();

test("has the root of a tree of the same leaves, also when it goes on from what was stored", async () => {
  const { roots } = await built;
  const plain = new CompactRange();
  for (const size of SIZES) {
    while (plain.size < size) plain.append(leafHash(leaf(plain.size)));
    expect(roots.get(size), `${size}`).toBe(hex(plain.root()));
  }
});

test("any proof is made of stored tiles", async () => {
  const { tiles } = await built;
  const pairs = fc
    .tuple(fc.integer({ min: 1, max: LARGEST }), fc.integer({ min: 1, max: LARGEST }))
    .map(([one, other]) => [Math.min(one, other), Math.max(one, other)] as const);
  const proofOf = (ranges: { from: number; to: number }[]) =>
    Promise.all(ranges.map((range) => rootOfRange(range, tiles.read)));
  const rootAt = (size: number) => rootOfRange({ from: 0, to: size }, tiles.read);
  await fc.assert(
    fc.asyncProperty(pairs, async ([small, large]) => {
      const root = await rootAt(large);
      const index = small - 1;
      const inclusion = {
        index,
        size: large,
        leafHash: leafHash(leaf(index)),
        root,
        proof: await proofOf(inclusionRanges(index, large)),
      };
      const consistency = {
        size1: small,
        size2: large,
        root1: await rootAt(small),
        root2: root,
        proof: await proofOf(consistencyRanges(small, large)),
      };
      return verifyInclusion(inclusion) && verifyConsistency(consistency);
    }),
    { numRuns: 200 },
  );
});

test("does not take parts that do not belong together", () => {
  expect(() => new TileTree({ size: 3, levels: [[leafHash("a")]] })).toThrow(RangeError);
  expect(() => new TileTree({ size: 256, levels: [[]] })).toThrow(RangeError);
});

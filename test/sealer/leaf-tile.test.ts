import fc from "fast-check";
import { expect, test } from "vitest";
import type { Leaf } from "../../src/audit/leaf.js";
import { TILE_WIDTH } from "../../src/audit/tile-tree.js";
import { decodeLeafTile, LeafTile } from "../../src/sealer/leaf-tile.js";

const hash = fc
  .uint8Array({ minLength: 32, maxLength: 32 })
  .map((bytes) => `sha256:${Buffer.from(bytes).toString("hex")}`);
const time = fc
  .tuple(fc.integer({ min: 1, max: 2 ** 47 }), fc.integer({ min: 0, max: 999_999 }))
  .map(([ms, nanos]) => `${ms}${String(nanos).padStart(6, "0")}`);
const subject = fc.string({ unit: "grapheme", minLength: 1 }).map((text) => `ev.default.${text}`);
const leaf = fc.oneof(
  fc.record({ hash, subject, time }),
  fc.record({ foreign: hash, subject, time }),
  fc.constant({ missing: true as const }),
);

test("whatever leaves a tile has, they are read as they were written", () => {
  const tiles = fc.array(leaf, { maxLength: TILE_WIDTH, size: "max" });
  fc.assert(
    fc.property(tiles, fc.integer({ min: 0, max: 2 ** 40 }), (parts, number) => {
      const tile = new LeafTile();
      const leaves = parts.map((part, i): Leaf => ({ ...part, sequence: number * 256 + i + 1 }));
      for (const one of leaves) tile.add(one);
      expect(tile.isFull).toBe(leaves.length === TILE_WIDTH);
      expect(decodeLeafTile(tile.encode(), number)).toEqual(leaves);
    }),
  );
});

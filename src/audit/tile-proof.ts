import type { LeafRange } from "./merkle-proof.js";
import { CompactRange } from "./merkle-tree.js";
import { TILE_WIDTH } from "./tile-tree.js";

/**
 * The hashes in a tile, from its first one; at least those that a tree of the size in question has there.
 */
export type ReadTile = (level: number, tile: number) => Promise<readonly Uint8Array[]>;

/**
 * The root of neighbouring leaves that are a part of a tree (one of the ranges that a proof names, or all of
 * it), from the tiles of the tree or of a larger one.
 */
export async function rootOfRange({ from, to }: LeafRange, readTile: ReadTile): Promise<Uint8Array> {
  const perfect: Uint8Array[] = [];
  for (let at = from; at < to; ) {
    let size = 1;
    while (at % (size * 2) === 0 && at + size * 2 <= to) size *= 2;
    perfect.push(await rootOfPerfect(at, size, readTile));
    at += size;
  }
  // These perfect trees are what a compact range of as many leaves is made of.
  return new CompactRange(to - from, perfect).root();
}

/** @param size a power of two, of which `from` is a multiple */
async function rootOfPerfect(from: number, size: number, readTile: ReadTile): Promise<Uint8Array> {
  let level = 0;
  let width = 1;
  while (width * TILE_WIDTH <= size) [level, width] = [level + 1, width * TILE_WIDTH];
  const first = from / width;
  const tile = await readTile(level, Math.floor(first / TILE_WIDTH));
  const offset = first % TILE_WIDTH;
  const hashes = tile.slice(offset, offset + size / width);
  if (hashes.length !== size / width) {
    throw new RangeError(`tile ${Math.floor(first / TILE_WIDTH)} of level ${level} is too short`);
  }
  const range = new CompactRange();
  for (const hash of hashes) range.append(hash);
  return range.root();
}

import { nodeHash, splitOf } from "./merkle-tree.js";
import type { LeafRange } from "./merkle-proof.js";
import { TILE_WIDTH } from "./tile-tree.js";

/**
 * The hashes in a tile, from its first one; at least those that a tree of the size in question has there.
 */
export type ReadTile = (level: number, tile: number) => Promise<readonly Uint8Array[]>;

/** Where roots that have been worked out are kept; it may forget them. */
export interface RootMemory {
  get(range: string): Uint8Array | undefined;
  set(range: string, root: Uint8Array): unknown;
}

/**
 * The root of neighbouring leaves that are a part of a tree (one of the ranges that a proof names, or all of
 * it), from the tiles of the tree or of a larger one. With a memory, the proofs of neighbours share their work.
 *
 * @throws RangeError when a tile does not have what it should
 */
export async function rootOfRange(
  range: LeafRange,
  readTile: ReadTile,
  memory: RootMemory = new Map(),
): Promise<Uint8Array> {
  const { from, to } = range;
  const name = `${from}-${to}`;
  const known = memory.get(name);
  if (known) return known;
  const root = await work(range, readTile, memory);
  memory.set(name, root);
  return root;
}

async function work(
  { from, to }: LeafRange,
  readTile: ReadTile,
  memory: RootMemory,
): Promise<Uint8Array> {
  const size = to - from;
  // A power of 256, and then in a tile itself, where a level has it as one hash.
  for (let level = 0, width = 1; width <= size; level++, width *= TILE_WIDTH) {
    if (width !== size || from % width !== 0) continue;
    const place = from / width;
    const tile = Math.floor(place / TILE_WIDTH);
    const hash = (await readTile(level, tile))[place % TILE_WIDTH];
    if (!hash) throw new RangeError(`tile ${tile} of level ${level} has no hash of leaf ${from}`);
    return hash;
  }
  const middle = from + splitOf(size);
  const left = await rootOfRange({ from, to: middle }, readTile, memory);
  return nodeHash(left, await rootOfRange({ from: middle, to }, readTile, memory));
}

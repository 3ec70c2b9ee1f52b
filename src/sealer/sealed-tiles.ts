import { LRUCache } from "lru-cache";
import { leafText, type Leaf } from "../audit/leaf.js";
import { leafHash } from "../audit/merkle-tree.js";
import { splitHashes, TILE_WIDTH, type StoredTail } from "../audit/tile-tree.js";
import type { Entry, SealStore } from "../log/seal-store.js";
import { decodeLeafTile } from "./leaf-tile.js";

/** Tiles of leaves take about 80 KiB. */
const CACHED_TILES = 200;

/** The entry of the leaves of a tile, as a {@link LeafTile} encodes them. */
export function leavesEntry(tile: number, encoded: Uint8Array): Entry {
  return { name: leavesName(tile), text: encoded };
}

function leavesName(tile: number): string {
  return `leaves.${tile}`;
}

/** The entry of a tile above the leaves. */
export function hashesEntry(level: number, tile: number, joined: Uint8Array): Entry {
  return { name: hashesName(level, tile), text: joined };
}

function hashesName(level: number, tile: number): string {
  return `hashes.${level}.${tile}`;
}

/** What a tree of a size has, as it is stored. Full tiles never change, and are kept for a while. */
export class SealedTiles {
  readonly #leaves = new LRUCache<number, Leaf[]>({ max: CACHED_TILES });
  readonly #hashes = new LRUCache<string, Uint8Array[]>({ max: 5 * CACHED_TILES });

  constructor(readonly store: SealStore) {}

  /** The leaves in a tile; none where nothing is stored. */
  async readLeaves(tile: number): Promise<Leaf[]> {
    const known = this.#leaves.get(tile);
    if (known) return known;
    const entry = await this.store.read(leavesName(tile));
    const leaves = entry ? decodeLeafTile(entry.bytes, tile) : [];
    if (leaves.length === TILE_WIDTH) this.#leaves.set(tile, leaves);
    return leaves;
  }

  /** The leaf of a sequence, undefined where it is not sealed. */
  async readLeaf(sequence: number): Promise<Leaf | undefined> {
    const index = sequence - 1;
    return (await this.readLeaves(Math.floor(index / TILE_WIDTH)))[index % TILE_WIDTH];
  }

  /** The hashes in a tile; those of level 0 are the leaves'. */
  readonly readTile = async (level: number, tile: number): Promise<readonly Uint8Array[]> => {
    const name = hashesName(level, tile);
    const known = this.#hashes.get(name);
    if (known) return known;
    const hashes =
      level === 0
        ? (await this.readLeaves(tile)).map((leaf) => leafHash(leafText(leaf)))
        : splitHashes((await this.store.read(name))?.bytes ?? new Uint8Array());
    if (hashes.length === TILE_WIDTH) this.#hashes.set(name, hashes);
    return hashes;
  };

  /** The edge of the tree at a size, from which it can grow on; and the leaves in its last tile. */
  async readTail(size: number): Promise<StoredTail & { leaves: Leaf[] }> {
    const levels: Uint8Array[][] = [];
    for (let count = size; count > 0; count = Math.floor(count / TILE_WIDTH)) {
      const used = count % TILE_WIDTH;
      const tile =
        used === 0 ? [] : await this.readTile(levels.length, Math.floor(count / TILE_WIDTH));
      levels.push(tile.slice(0, used));
    }
    const leaves = await this.readLeaves(Math.floor(size / TILE_WIDTH));
    return { size, levels, leaves: leaves.slice(0, size % TILE_WIDTH) };
  }
}

import { LRUCache } from "lru-cache";
import { leafHash } from "../audit/merkle-tree.js";
import { splitHashes, TILE_WIDTH, type StoredTail } from "../audit/tile-tree.js";
import type { Entry, SealStore } from "../log/seal-store.js";

/** Tiles of leaves take about 50 KiB. */
const CACHED_TILES = 200;

/** The entry of the leaves of a tile: their texts, one a line. */
export function leavesEntry(tile: number, leaves: readonly string[]): Entry {
  return { name: `leaves.${tile}`, text: leaves.join("\n") };
}

/** The entry of a tile above the leaves. */
export function hashesEntry(level: number, tile: number, joined: Uint8Array): Entry {
  return { name: `hashes.${level}.${tile}`, text: Buffer.from(joined).toString("base64") };
}

/** What a tree of a size has, as it is stored. Full tiles never change, and are kept for a while. */
export class SealedTiles {
  readonly #leaves = new LRUCache<number, string[]>({ max: CACHED_TILES });
  readonly #hashes = new LRUCache<string, Uint8Array[]>({ max: 5 * CACHED_TILES });

  constructor(readonly store: SealStore) {}

  /** The texts of the leaves in a tile; none where nothing is stored. */
  async readLeaves(tile: number): Promise<string[]> {
    const known = this.#leaves.get(tile);
    if (known) return known;
    const entry = await this.store.read(leavesEntry(tile, []).name);
    const leaves = entry ? entry.text.split("\n") : [];
    if (leaves.length === TILE_WIDTH) this.#leaves.set(tile, leaves);
    return leaves;
  }

  /** The hashes in a tile; those of level 0 are the leaves'. */
  readonly readTile = async (level: number, tile: number): Promise<readonly Uint8Array[]> => {
    const { name } = hashesEntry(level, tile, new Uint8Array());
    const known = this.#hashes.get(name);
    if (known) return known;
    const hashes =
      level === 0
        ? (await this.readLeaves(tile)).map((leaf) => leafHash(leaf))
        : splitHashes(Buffer.from((await this.store.read(name))?.text ?? "", "base64"));
    if (hashes.length === TILE_WIDTH) this.#hashes.set(name, hashes);
    return hashes;
  };

  /** The edge of the tree at a size, from which it can grow on; and the texts of its last leaves. */
  async readTail(size: number): Promise<StoredTail & { leaves: string[] }> {
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

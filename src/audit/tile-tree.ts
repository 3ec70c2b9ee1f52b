import { CompactRange, HASH_BYTES, leafHash } from "./merkle-tree.js";

/**
 * How many hashes a tile has (C2SP tlog-tiles): those of level 0 are the leaves' hashes, and a full tile's
 * root is one hash of the level above.
 */
export const TILE_WIDTH = 256;

/** The tiles of one level that have changed since some size: the first of them, and its hashes on. */
export interface ChangedHashes {
  level: number;
  firstTile: number;
  hashes: readonly Uint8Array[];
}

/** A tree as it was when it was stored. */
export interface StoredTail {
  size: number;
  /** Of each level, from the leaves upwards, the hashes in its last tile, unless that is full. */
  levels: readonly (readonly Uint8Array[])[];
}

interface Level {
  /** Index of `hashes[0]` in the level; a multiple of the width. */
  first: number;
  hashes: Uint8Array[];
  /** Over what is in the last tile. */
  range: CompactRange;
}

/**
 * A Merkle tree that only grows, kept as the tiles at its edge: enough to add leaves, to know the root, and
 * to write down what has changed since it was last stored.
 */
export class TileTree {
  readonly #levels: Level[] = [];
  #size: number;

  /** @throws RangeError when the parts do not belong together */
  constructor({ size, levels }: StoredTail = { size: 0, levels: [] }) {
    this.#size = size;
    for (let level = 0, count = size; count > 0; level++, count = Math.floor(count / TILE_WIDTH)) {
      const hashes = [...(levels[level] ?? [])];
      if (hashes.length !== count % TILE_WIDTH) {
        throw new RangeError(
          `the last tile of level ${level} has ${count % TILE_WIDTH} hashes, not ${hashes.length}`,
        );
      }
      const range = new CompactRange();
      for (const hash of hashes) range.append(hash);
      this.#levels.push({ first: count - hashes.length, hashes, range });
    }
  }

  get size(): number {
    return this.#size;
  }

  /** Adds a leaf, given by its data. */
  append(data: string): void {
    this.#add(0, leafHash(data));
    this.#size++;
  }

  root(): Uint8Array {
    // A level's hashes each stand for 256 times as many leaves as those of the level below.
    const hashes = this.#levels.toReversed().flatMap(({ range }) => range.hashes);
    return new CompactRange(this.#size, hashes).root();
  }

  /** What has changed above the leaves since the tree had `size` of them. */
  changesSince(size: number): ChangedHashes[] {
    return this.#levels.flatMap(({ first, hashes }, level) => {
      const before = Math.floor(size / TILE_WIDTH ** level);
      if (level === 0 || before === first + hashes.length) return [];
      const start = before - (before % TILE_WIDTH);
      return [{ level, firstTile: start / TILE_WIDTH, hashes: hashes.slice(start - first) }];
    });
  }

  /** Forgets what is not needed any more once the tree is stored at `size`. */
  stored(size: number): void {
    for (const [level, kept] of this.#levels.entries()) {
      const count = Math.floor(size / TILE_WIDTH ** level);
      const start = count - (count % TILE_WIDTH);
      if (start <= kept.first) continue;
      kept.hashes = kept.hashes.slice(start - kept.first);
      kept.first = start;
    }
  }

  #add(index: number, hash: Uint8Array): void {
    const level = (this.#levels[index] ??= { first: 0, hashes: [], range: new CompactRange() });
    // Those of the leaves are in the leaves, and never asked for.
    if (index > 0) level.hashes.push(hash);
    level.range.append(hash);
    if (level.range.size < TILE_WIDTH) return;
    this.#add(index + 1, level.range.root());
    level.range = new CompactRange();
  }
}

/** A tile's hashes one after the other, and the other way round. */
export function joinHashes(hashes: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(hashes.length * HASH_BYTES);
  for (const [i, hash] of hashes.entries()) joined.set(hash, i * HASH_BYTES);
  return joined;
}

export function splitHashes(joined: Uint8Array): Uint8Array[] {
  return Array.from({ length: Math.floor(joined.length / HASH_BYTES) }, (_, i) =>
    joined.subarray(i * HASH_BYTES, (i + 1) * HASH_BYTES),
  );
}

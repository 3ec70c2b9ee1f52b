import { LRUCache } from "lru-cache";
import { consistencyRanges, inclusionRanges, type LeafRange } from "../audit/merkle-proof.js";
import { rootOfRange } from "../audit/tile-proof.js";
import type { SealedTiles } from "./sealed-tiles.js";

/** About 200 bytes each. */
const KEPT_ROOTS = 50_000;

/** Proofs from what is sealed. */
export class Proofs {
  readonly #roots = new LRUCache<string, Uint8Array>({ max: KEPT_ROOTS });

  constructor(readonly tiles: SealedTiles) {}

  /** That a leaf is in the tree of a size. @throws RangeError when it is not */
  inclusion(index: number, size: number): Promise<Uint8Array[]> {
    return this.#hashes(inclusionRanges(index, size));
  }

  /** That a tree has grown from a smaller one. @throws RangeError when it cannot have */
  consistency(size1: number, size2: number): Promise<Uint8Array[]> {
    return this.#hashes(consistencyRanges(size1, size2));
  }

  async #hashes(ranges: readonly LeafRange[]): Promise<Uint8Array[]> {
    const hashes: Uint8Array[] = [];
    for (const range of ranges) {
      // Neighbours have nearly all of their hashes in common: those need no waiting.
      const known = this.#roots.get(`${range.from}-${range.to}`);
      hashes.push(known ?? (await rootOfRange(range, this.tiles.readTile, this.#roots)));
    }
    return hashes;
  }
}

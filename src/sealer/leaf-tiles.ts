import type { Leaf } from "../audit/leaf.js";
import { TILE_WIDTH } from "../audit/tile-tree.js";
import { LeafTile } from "./leaf-tile.js";

/** A tile of leaves as it is to be stored. */
export interface EncodedLeaves {
  tile: number;
  encoded: Uint8Array;
}

/** The tiles of leaves that are not stored yet, or not with all that is in them. */
export class LeafTiles {
  /** Of `#tiles[0]`. */
  #first: number;
  readonly #tiles: LeafTile[] = [];

  /** @param leaves that the last of the tiles that are stored has, where it is not full */
  constructor(size: number, leaves: readonly Leaf[]) {
    this.#first = Math.floor(size / TILE_WIDTH);
    for (const leaf of leaves) this.add(leaf);
  }

  add(leaf: Leaf): void {
    let last = this.#tiles.at(-1);
    if (!last || last.isFull) this.#tiles.push((last = new LeafTile()));
    last.add(leaf);
  }

  /** The tiles that have changed since there were `size` leaves; those before are stored, and forgotten. */
  changedSince(size: number): EncodedLeaves[] {
    const first = Math.floor(size / TILE_WIDTH);
    this.#tiles.splice(0, first - this.#first);
    this.#first = first;
    return this.#tiles.map((tile, i) => ({ tile: first + i, encoded: tile.encode() }));
  }
}

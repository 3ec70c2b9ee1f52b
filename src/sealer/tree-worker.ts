import { constants, setPriority } from "node:os";
import { parentPort, workerData } from "node:worker_threads";
import { leafText, type Leaf } from "../audit/leaf.js";
import { joinHashes, TILE_WIDTH, TileTree } from "../audit/tile-tree.js";
import { leavesOf } from "./leaf-batch.js";
import { LeafTiles } from "./leaf-tiles.js";
import type { Growth, StoredTree, TreeRequest } from "./tree-thread.js";

// Of this thread only, on Linux: where processors are short, appending and delivering go first.
setPriority(0, constants.priority.PRIORITY_LOW);

/** The other side of a {@link TreeThread}. */
const stored = workerData as StoredTree;
const tree = new TileTree(stored);
const leafTiles = new LeafTiles(stored.size, stored.leaves);

parentPort?.on("message", (request: TreeRequest) => {
  switch (request.is) {
    case "events":
      for (const leaf of leavesOf(request.columns)) add(leaf);
      return;
    case "leaf":
      add(request.leaf);
      return;
    case "grow":
      parentPort?.postMessage(growthSince(request.since));
  }
});

function add(leaf: Leaf): void {
  tree.append(leafText(leaf));
  leafTiles.add(leaf);
}

function growthSince(since: number): Growth {
  tree.stored(since);
  const tiles = tree.changesSince(since).flatMap(({ level, firstTile, hashes }) =>
    tilesOf(hashes).map((tile, i) => ({
      level,
      tile: firstTile + i,
      hashes: joinHashes(tile),
    })),
  );
  return { size: tree.size, root: tree.root(), leaves: leafTiles.changedSince(since), tiles };
}

function tilesOf<T>(items: readonly T[]): T[][] {
  const tiles: T[][] = [];
  for (let at = 0; at < items.length; at += TILE_WIDTH) {
    tiles.push(items.slice(at, at + TILE_WIDTH));
  }
  return tiles;
}

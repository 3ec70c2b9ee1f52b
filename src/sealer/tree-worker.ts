import { constants, setPriority } from "node:os";
import { parentPort, workerData } from "node:worker_threads";
import { leafText } from "../audit/leaf.js";
import { joinHashes, TILE_WIDTH, TileTree, type StoredTail } from "../audit/tile-tree.js";
import { decodeLeafTile } from "./leaf-tile.js";
import type { Growth, TreeRequest } from "./tree-thread.js";

// Of this thread only, on Linux: where processors are short, appending and delivering go first.
setPriority(0, constants.priority.PRIORITY_BELOW_NORMAL);

/** The other side of a {@link TreeThread}. */
const tree = new TileTree(workerData as StoredTail);

parentPort?.on("message", (request: TreeRequest) => {
  switch (request.is) {
    case "leaves":
      for (const leaf of decodeLeafTile(request.encoded, request.tile)) {
        if (leaf.sequence === tree.size + 1) tree.append(leafText(leaf));
      }
      return;
    case "grow":
      parentPort?.postMessage(growthSince(request.since));
  }
});

function growthSince(since: number): Growth {
  tree.stored(since);
  const tiles = tree.changesSince(since).flatMap(({ level, firstTile, hashes }) =>
    tilesOf(hashes).map((tile, i) => ({
      level,
      tile: firstTile + i,
      hashes: joinHashes(tile),
    })),
  );
  return { size: tree.size, root: tree.root(), tiles };
}

function tilesOf<T>(items: readonly T[]): T[][] {
  const tiles: T[][] = [];
  for (let at = 0; at < items.length; at += TILE_WIDTH) {
    tiles.push(items.slice(at, at + TILE_WIDTH));
  }
  return tiles;
}

import { Worker } from "node:worker_threads";
import type { StoredTail } from "../audit/tile-tree.js";

/** What the thread is told, in this order again and again. */
export type TreeRequest =
  /** The leaves of a tile ({@link LeafTile}), of which it may know the first ones already. */
  | { is: "leaves"; tile: number; encoded: Uint8Array }
  /** What has changed since the tree had `since` leaves? Before those nothing changes any more. */
  | { is: "grow"; since: number };

/** A tree that has grown. */
export interface Growth {
  size: number;
  root: Uint8Array;
  /** The tiles above the leaves that have changed. */
  tiles: { level: number; tile: number; hashes: Uint8Array }[];
}

/**
 * The Merkle tree of the log, grown in a thread of its own: most of what sealing costs is hashing, which is
 * not to be paid for by those who append and listen.
 */
export class TreeThread {
  readonly #worker: Worker;
  #growth: { resolve: (growth: Growth) => void; reject: (cause: Error) => void } | undefined;
  #failure: Error | undefined;

  constructor(tail: StoredTail) {
    this.#worker = new Worker(new URL("./tree-worker.js", import.meta.url), { workerData: tail });
    this.#worker.on("message", (growth: Growth) => this.#growth?.resolve(growth));
    this.#worker.on("error", (cause) => {
      this.#fail(cause instanceof Error ? cause : new Error("hashing failed", { cause }));
    });
    this.#worker.on("exit", () => {
      this.#fail(new Error("the thread that hashes has ended"));
    });
  }

  /** Takes in a tile, once more when more leaves are in it. */
  add(tile: number, encoded: Uint8Array): void {
    this.#tell({ is: "leaves", tile, encoded });
  }

  /**
   * The tree with all leaves that have been added. One at a time.
   *
   * @param since how many leaves of it are stored
   */
  grow(since: number): Promise<Growth> {
    return new Promise((resolve, reject) => {
      this.#growth = { resolve, reject };
      if (this.#failure) reject(this.#failure);
      else this.#tell({ is: "grow", since });
    });
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }

  #tell(request: TreeRequest): void {
    this.#worker.postMessage(request);
  }

  #fail(cause: Error): void {
    this.#failure ??= cause;
    this.#growth?.reject(this.#failure);
  }
}

import { Worker } from "node:worker_threads";
import type { ForeignLeaf, Leaf, MissingLeaf } from "../audit/leaf.js";
import type { StoredTail } from "../audit/tile-tree.js";
import type { LogRecord } from "../log/record.js";
import { LeafBatch, type LeafColumns } from "./leaf-batch.js";
import type { EncodedLeaves } from "./leaf-tiles.js";

/** A tree to go on from, and the leaves in its last tile. */
export type StoredTree = StoredTail & { leaves: readonly Leaf[] };

/** What the thread is told. */
export type TreeRequest =
  | { is: "events"; columns: LeafColumns }
  | { is: "leaf"; leaf: Leaf }
  /** What has changed since there were `since` leaves? Before those nothing changes any more. */
  | { is: "grow"; since: number };

/** A tree that has grown. */
export interface Growth {
  size: number;
  root: Uint8Array;
  /** The tiles of leaves that have changed. */
  leaves: EncodedLeaves[];
  /** And those above them. */
  tiles: { level: number; tile: number; hashes: Uint8Array }[];
}

/**
 * The Merkle tree of the log, grown in a thread of its own: most of what sealing costs is to hash and encode
 * leaves, which is not to be paid for by those who append and listen.
 */
export class TreeThread {
  readonly #worker: Worker;
  readonly #batch = new LeafBatch();
  #growth: { resolve: (growth: Growth) => void; reject: (cause: Error) => void } | undefined;
  #failure: Error | undefined;
  /** How many leaves the thread has been told. */
  #told: number;

  constructor(tree: StoredTree) {
    this.#told = tree.size;
    this.#worker = new Worker(new URL("./tree-worker.js", import.meta.url), { workerData: tree });
    this.#worker.on("message", (growth: Growth) => this.#growth?.resolve(growth));
    this.#worker.on("error", (cause) => {
      this.#fail(cause instanceof Error ? cause : new Error("hashing failed", { cause }));
    });
    this.#worker.on("exit", () => {
      this.#fail(new Error("the thread that hashes has ended"));
    });
  }

  /** How many leaves have been added. */
  get size(): number {
    return this.#told + this.#batch.size;
  }

  /** Adds the leaf of an event. */
  addEvent(record: LogRecord): void {
    this.#batch.add(record);
    if (this.#batch.isFull) this.#handOver();
  }

  /** Adds the leaf of what is no event. */
  add(leaf: MissingLeaf | ForeignLeaf): void {
    this.#handOver();
    this.#told++;
    this.#tell({ is: "leaf", leaf });
  }

  /**
   * The tree with all leaves that have been added. One at a time.
   *
   * @param since how many leaves of it are stored
   */
  grow(since: number): Promise<Growth> {
    this.#handOver();
    return new Promise((resolve, reject) => {
      this.#growth = { resolve, reject };
      if (this.#failure) reject(this.#failure);
      else this.#tell({ is: "grow", since });
    });
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }

  #handOver(): void {
    if (this.#batch.size === 0) return;
    const { columns, memory } = this.#batch.take();
    this.#told += columns.count;
    this.#tell({ is: "events", columns }, memory);
  }

  #tell(request: TreeRequest, memory: readonly ArrayBuffer[] = []): void {
    this.#worker.postMessage(request, memory);
  }

  #fail(cause: Error): void {
    this.#failure ??= cause;
    this.#growth?.reject(this.#failure);
  }
}

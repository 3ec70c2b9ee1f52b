import { Worker } from "node:worker_threads";
import type { EventLeaf, Leaf } from "../audit/leaf.js";
import type { StoredTail } from "../audit/tile-tree.js";
import type { EncodedLeaves } from "./leaf-tiles.js";

/** A tree to go on from, and the leaves in its last tile. */
export type StoredTree = StoredTail & { leaves: readonly Leaf[] };

/** What the thread is told. */
export type TreeRequest =
  /** Leaves of events that follow each other: what cannot be counted of them, in the order of `FACTS`. */
  | { is: "events"; sequence: number; facts: readonly string[] }
  | { is: "leaf"; leaf: Leaf }
  /** What has changed since there were `since` leaves? Before those nothing changes any more. */
  | { is: "grow"; since: number };

export const FACTS = ["hash", "subject", "time"] as const satisfies (keyof EventLeaf)[];

/** So many leaves are handed over together: one by one would cost more than what is done with them. */
const TOGETHER = 1024;

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
  #growth: { resolve: (growth: Growth) => void; reject: (cause: Error) => void } | undefined;
  #failure: Error | undefined;
  /** How many leaves there are, and of the last ones the facts that have not been handed over. */
  #size: number;
  #facts: string[] = [];

  constructor(tree: StoredTree) {
    this.#size = tree.size;
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
    return this.#size;
  }

  /** Adds the next leaf. */
  add(leaf: Leaf): void {
    if ("hash" in leaf) {
      this.#facts.push(leaf.hash, leaf.subject, leaf.time);
      this.#size++;
      if (this.#facts.length >= TOGETHER * FACTS.length) this.#handOver();
    } else {
      this.#handOver();
      this.#size++;
      this.#tell({ is: "leaf", leaf });
    }
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
    const facts = this.#facts;
    if (facts.length === 0) return;
    this.#facts = [];
    const sequence = this.#size - facts.length / FACTS.length + 1;
    this.#tell({ is: "events", sequence, facts });
  }

  #tell(request: TreeRequest): void {
    this.#worker.postMessage(request);
  }

  #fail(cause: Error): void {
    this.#failure ??= cause;
    this.#growth?.reject(this.#failure);
  }
}

import { Worker } from "node:worker_threads";
import type { HistoryQuery } from "../log/history-index.js";
import type { PackedEvents } from "./history-query.js";
import { ReadModelError } from "./query-thread.js";

export interface HistoryRequest {
  id: number;
  query: HistoryQuery;
}
export type HistoryReply = { id: number } & (
  { answer: PackedEvents } | { error: string; isDamaged: boolean }
);

/** Answers that may be on their way: with the size of one, the bound of the memory that they take. */
const AT_ONCE = 8;

/** Readers that wait for their turn; more are refused. */
const MAX_WAITING = 20_000;

interface Waiting {
  query: HistoryQuery;
  signal: AbortSignal;
  resolve: (answer: PackedEvents | undefined) => void;
  reject: (cause: Error) => void;
}

/**
 * Reads timelines out of a read model in a thread of its own, a piece at a time and the readers in turns: a long
 * timeline holds nobody up for longer than a piece takes.
 */
export class HistoryThread {
  readonly #worker: Worker;
  readonly #asked = new Map<number, Waiting>();
  /** Oldest first. */
  #waiting: Waiting[] = [];
  #ids = 0;
  #failure: Error | undefined;

  constructor(file: string) {
    this.#worker = new Worker(new URL("./history-worker.js", import.meta.url), {
      workerData: file,
    });
    this.#worker.on("message", (reply: HistoryReply) => {
      const asked = this.#asked.get(reply.id);
      this.#asked.delete(reply.id);
      this.#askNext();
      if ("error" in reply) asked?.reject(new ReadModelError(reply.error, reply.isDamaged));
      else asked?.resolve(reply.answer);
    });
    this.#worker.on("error", (cause) => {
      this.#fail(new ReadModelError(`the thread that reads history has ended: ${String(cause)}`));
    });
    this.#worker.on("exit", () => {
      this.#fail(new ReadModelError("the read model was closed"));
    });
  }

  /**
   * A piece; undefined where the signal aborted before it was asked for.
   *
   * @throws ReadModelError when it cannot be read, or too many wait
   */
  async read(query: HistoryQuery, signal: AbortSignal): Promise<PackedEvents | undefined> {
    if (this.#failure) throw this.#failure;
    if (this.#waiting.length >= MAX_WAITING) {
      throw new ReadModelError(`${MAX_WAITING} readers wait already`);
    }
    return new Promise((resolve, reject) => {
      this.#waiting.push({ query, signal, resolve, reject });
      this.#askNext();
    });
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }

  #askNext(): void {
    while (this.#asked.size < AT_ONCE) {
      const next = this.#waiting.shift();
      if (!next) return;
      if (next.signal.aborted) {
        next.resolve(undefined);
        continue;
      }
      const request: HistoryRequest = { id: ++this.#ids, query: next.query };
      this.#asked.set(request.id, next);
      this.#worker.postMessage(request);
    }
  }

  #fail(cause: Error): void {
    this.#failure ??= cause;
    const waiting = [...this.#asked.values(), ...this.#waiting];
    this.#asked.clear();
    this.#waiting = [];
    for (const { reject } of waiting) reject(this.#failure);
  }
}

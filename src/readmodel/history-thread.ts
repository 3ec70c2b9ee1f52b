import type { HistoryQuery, IndexedHeads } from "../log/history-index.js";
import { Turns, type TurnsOptions } from "../log/turns.js";
import { AskedThread, ReadModelError } from "./asked-thread.js";
import type { HistoryQueries, PackedPiece } from "./history-query.js";
import type { SharedFile } from "./shared-file.js";

/** Readers that wait for their turn; more are refused. */
const BOUND: TurnsOptions = {
  mostWaiting: 20_000,
  refusal: (waiting) => new ReadModelError(`${waiting} readers wait already`),
};

/**
 * Answers that may be on their way: with the size of one, the bound of the memory that they take. The smaller they
 * are, the more: where the event loop is busy, no more come in each round of it.
 */
const HEADS_AT_ONCE = 256;
const SMALL_AT_ONCE = 64;
const LARGE_AT_ONCE = 8;

/** Up to this size a piece is small: the first one that a reader gets is. */
const SMALL_BYTES = 16 * 1024;

/**
 * Reads timelines out of a read model in a thread of its own, a piece at a time and the readers in turns: a long
 * timeline holds nobody up for longer than a piece takes. What is small has turns of its own, and goes first: who has
 * just come does not wait until everybody else has been given a large piece.
 */
export class HistoryThread {
  readonly #thread: AskedThread<HistoryQueries>;
  readonly #heads = new Turns(HEADS_AT_ONCE, BOUND);
  readonly #small = new Turns(SMALL_AT_ONCE, BOUND);
  readonly #large = new Turns(LARGE_AT_ONCE, { ...BOUND, before: [this.#heads, this.#small] });

  /** @param answerMs how long a piece may take once it is its turn */
  constructor(file: SharedFile, answerMs: number) {
    const script = new URL("./history-worker.js", import.meta.url);
    this.#thread = new AskedThread(script, file, answerMs);
  }

  /**
   * A piece; undefined where the signal aborted before it was asked for.
   *
   * @throws ReadModelError when it cannot be read, or not in time, or too many wait
   */
  read(query: HistoryQuery, signal: AbortSignal): Promise<PackedPiece | undefined> {
    const turns = query.bytes <= SMALL_BYTES ? this.#small : this.#large;
    return turns.take(() => (signal.aborted ? undefined : this.#thread.ask("read", query)));
  }

  /** @throws ReadModelError when it cannot be read, or not in time, or too many wait */
  heads(tenant: string, path: string): Promise<IndexedHeads> {
    return this.#heads.take(() => this.#thread.ask("heads", tenant, path));
  }

  close(): Promise<void> {
    return this.#thread.close();
  }
}

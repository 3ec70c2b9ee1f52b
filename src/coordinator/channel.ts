import type { TimelineHeads } from "../log/read.js";
import type { LogRecord } from "../log/record.js";
import type { KeptPieces, PiecesOfTimeline } from "./pieces.js";
import { Waiting } from "./waiting.js";

const NOTHING: readonly LogRecord[] = [];

/** How much is handed out at once, about: enough for what one write costs not to count. */
const PIECE_BYTES = 128 * 1024;

/**
 * The recent events of one timeline and the followers that wait for the next one. The ring is everyone's
 * mailbox: a follower has no queue of its own, only a position, and pulls from here at its own pace.
 */
export class Channel {
  #records: LogRecord[] = [];
  /** Of each record, which piece of the timeline it belongs to. */
  #pieceOf: number[] = [];
  #bytes = 0;
  /** Place of the oldest record that is still kept; what lies before is cut off from time to time. */
  #start = 0;
  readonly #waiting = new Waiting();
  /** Made when there is one: ten thousand timelines on which nothing happens have none. */
  #pieces: PiecesOfTimeline | undefined;
  readonly #kept: KeptPieces;

  constructor(
    /** Every event of the timeline after this sequence is here: a follower behind it must read history. */
    public reachesBackTo: number,
    kept: KeptPieces,
  ) {
    this.#kept = kept;
  }

  get isIdle(): boolean {
    return this.#waiting.isEmpty && this.#start === this.#records.length;
  }

  push(record: LogRecord): void {
    this.#records.push(record);
    this.#pieceOf.push(Math.floor(this.#bytes / PIECE_BYTES));
    this.#bytes += record.bytes.length;
  }

  /** Drops the oldest record, which is the one the ring gives up. */
  shift(): void {
    const oldest = this.#records[this.#start++];
    if (oldest) this.reachesBackTo = oldest.sequence;
    if (this.#start > 64 && this.#start * 2 > this.#records.length) {
      this.#records = this.#records.slice(this.#start);
      this.#pieceOf = this.#pieceOf.slice(this.#start);
      this.#start = 0;
    }
  }

  /**
   * The next records after a sequence: up to a place that is the same for all followers, wherever they have
   * begun, so that they come to stand at the same places. Those who do are given the same array, and what is
   * made of it is made once.
   */
  after(sequence: number): readonly LogRecord[] {
    const known = this.#pieces?.get(sequence);
    if (known && (known.isWhole || known.records.at(-1) === this.#records.at(-1))) {
      return known.records;
    }
    const from = this.#indexAfter(sequence);
    let to = from;
    while (to < this.#records.length && this.#pieceOf[to] === this.#pieceOf[from]) to++;
    if (from === to) return NOTHING;
    const records = this.#records.slice(from, to);
    const isWhole = to < this.#records.length;
    this.#pieces ??= new Map();
    this.#kept.keep(this.#pieces, sequence, { records, isWhole });
    return records;
  }

  /** The newest of its records, and the newest of the scope's own. */
  heads(scope: string): TimelineHeads {
    let own: LogRecord | undefined;
    for (let i = this.#records.length - 1; i >= this.#start && !own; i--) {
      const record = this.#records[i];
      if (record?.scope === scope) own = record;
    }
    return { own, newest: this.#records.at(-1)?.sequence ?? 0 };
  }

  /** Calls back once, when there is something new, unless one has given up before. */
  wait(callback: () => void): void {
    this.#waiting.add(callback);
  }

  giveUp(callback: () => void): void {
    this.#waiting.delete(callback);
  }

  /** Those who wait, to be called: they wait no more. */
  takeWaiting(): Iterable<() => void> {
    return this.#waiting.take();
  }

  /** Place of the first record after `sequence`, by bisection. */
  #indexAfter(sequence: number): number {
    let low = this.#start;
    let high = this.#records.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#records[middle]?.sequence ?? 0) > sequence) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

import type { TimelineHeads } from "../log/read.js";
import type { LogRecord } from "../log/record.js";

const NOTHING: readonly LogRecord[] = [];

/**
 * The recent events of one timeline and the followers that wait for the next one. The ring is everyone's
 * mailbox: a follower has no queue of its own, only a position, and pulls from here at its own pace.
 */
export class Channel {
  #records: LogRecord[] = [];
  /** Place of the oldest record that is still kept; what lies before is cut off from time to time. */
  #start = 0;
  readonly #waiting = new Set<() => void>();
  #shared: { after: number; maxBytes: number; records: readonly LogRecord[] } | undefined;

  constructor(
    /** Every event of the timeline after this sequence is here: a follower behind it must read history. */
    public reachesBackTo: number,
  ) {}

  get isIdle(): boolean {
    return this.#waiting.size === 0 && this.#start === this.#records.length;
  }

  push(record: LogRecord): void {
    this.#records.push(record);
    this.#shared = undefined;
  }

  /** Drops the oldest record, which is the one the ring gives up. */
  shift(): void {
    const oldest = this.#records[this.#start++];
    if (oldest) this.reachesBackTo = oldest.sequence;
    if (this.#start > 64 && this.#start * 2 > this.#records.length) {
      this.#records = this.#records.slice(this.#start);
      this.#start = 0;
    }
    this.#shared = undefined;
  }

  /**
   * The records after a sequence, at most `maxBytes` of them but at least one. Followers that stand at
   * the same place are given the same array, so that what is made of it can be made once.
   */
  after(sequence: number, maxBytes: number): readonly LogRecord[] {
    if (this.#shared?.after === sequence && this.#shared.maxBytes === maxBytes)
      return this.#shared.records;
    const from = this.#indexAfter(sequence);
    let to = from;
    let bytes = 0;
    while (to < this.#records.length) {
      bytes += this.#records[to]?.bytes.length ?? 0;
      if (to > from && bytes > maxBytes) break;
      to++;
    }
    if (from === to) return NOTHING;
    const records = this.#records.slice(from, to);
    this.#shared = { after: sequence, maxBytes, records };
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

  wake(): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const callback of waiting) callback();
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

import type { LogRecord } from "../log/record.js";

/** More than this is not held; of larger ones the older part is let go. */
const MAX_BYTES = 8 * 1024 * 1024;

/** The newest events between two sequences, gathered oldest first. */
export class End {
  #records: LogRecord[] = [];
  #start = 0;
  #bytes = 0;
  #from: number;
  #isCut = false;

  constructor(
    from: number,
    readonly to: number,
  ) {
    this.#from = from;
  }

  /** All that was added from here on is there. */
  get from(): number {
    return this.#from;
  }

  /** It begins later than it was to. */
  get isCut(): boolean {
    return this.#isCut;
  }

  /** Oldest first. */
  get records(): readonly LogRecord[] {
    return this.#records.slice(this.#start);
  }

  /** What is behind the end is left out. */
  add(records: readonly LogRecord[]): void {
    for (const record of records) {
      if (record.sequence > this.to) return;
      this.#records.push(record);
      this.#bytes += record.bytes.length;
      while (this.#bytes > MAX_BYTES && this.#start < this.#records.length - 1) this.#letGo();
    }
  }

  #letGo(): void {
    this.#bytes -= this.#records[this.#start++]?.bytes.length ?? 0;
    this.#from = this.#records[this.#start]?.sequence ?? this.#from;
    this.#isCut = true;
    if (this.#start * 2 < this.#records.length) return;
    this.#records = this.#records.slice(this.#start);
    this.#start = 0;
  }
}

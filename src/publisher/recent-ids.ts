import type { LogRecord } from "../log/record.js";

/**
 * Where the ids of the log's newest events stand, and how far the log has been read: the window in which
 * an id that was stored before is recognised, whichever gateway stored it.
 */
export class RecentIds {
  readonly #sequences = new Map<string, number>();
  /**
   * The keys in order of arrival, the oldest at `#next`. The map itself could name its oldest key, but
   * would step over all that were deleted before it each time.
   */
  readonly #keys: string[] = [];
  #next = 0;
  readonly #waiting = new Set<{ sequence: number; resolve: () => void }>();
  #position: number;

  constructor(
    /** The log has been read up to here, or is read from behind here on. */
    position: number,
    /** How many ids are kept. */
    readonly capacity: number,
  ) {
    this.#position = position;
  }

  /** Takes in the next event of the log, of the scope that `key` names. */
  observe(key: string, { id, sequence }: LogRecord): void {
    this.add(key, id, sequence);
    this.#position = sequence;
    for (const waiter of this.#waiting) {
      if (waiter.sequence > this.#position) continue;
      this.#waiting.delete(waiter);
      waiter.resolve();
    }
  }

  /** Remembers an id of a scope (`scopeKey`), perhaps ahead of the log's delivery of it. */
  add(scope: string, id: string, sequence: number): void {
    const key = `${scope} ${id}`;
    const known = this.#sequences.size;
    this.#sequences.set(key, sequence);
    if (this.#sequences.size === known) return;
    const oldest = this.#keys[this.#next];
    if (oldest !== undefined) this.#sequences.delete(oldest);
    this.#keys[this.#next] = key;
    this.#next = (this.#next + 1) % this.capacity;
  }

  /** The sequence at which the id is stored; undefined when it is not, or longer ago than the window reaches. */
  sequenceOf(scope: string, id: string): number | undefined {
    return this.#sequences.get(`${scope} ${id}`);
  }

  /** Resolves when every event up to `sequence` has been taken in; rejects when `signal` aborts before. */
  async reached(sequence: number, signal: AbortSignal): Promise<void> {
    if (sequence <= this.#position) return;
    signal.throwIfAborted();
    await new Promise<void>((resolve, reject) => {
      const abort = () => {
        this.#waiting.delete(waiter);
        reject(signal.reason as Error);
      };
      const waiter = {
        sequence,
        resolve: () => {
          signal.removeEventListener("abort", abort);
          resolve();
        },
      };
      signal.addEventListener("abort", abort, { once: true });
      this.#waiting.add(waiter);
    });
  }
}

/**
 * Callbacks in the order in which they were added. Most timelines are watched by one reader, who is kept
 * without a set: of ten thousand that is two megabytes.
 */
export class Waiting {
  #callbacks: (() => void) | Set<() => void> | undefined;

  get isEmpty(): boolean {
    return this.#callbacks === undefined;
  }

  add(callback: () => void): void {
    if (this.#callbacks === undefined) this.#callbacks = callback;
    else if (this.#callbacks instanceof Set) this.#callbacks.add(callback);
    else this.#callbacks = new Set([this.#callbacks, callback]);
  }

  delete(callback: () => void): void {
    if (this.#callbacks === callback) this.#callbacks = undefined;
    if (!(this.#callbacks instanceof Set)) return;
    this.#callbacks.delete(callback);
    if (this.#callbacks.size === 0) this.#callbacks = undefined;
  }

  /** All of them, which are then no longer in it. */
  take(): Iterable<() => void> {
    const callbacks = this.#callbacks;
    this.#callbacks = undefined;
    if (callbacks === undefined) return [];
    return callbacks instanceof Set ? callbacks : [callbacks];
  }
}

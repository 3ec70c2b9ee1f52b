/** Gives back what {@link Slots.take} gave. */
export type Release = () => void;

/** A number of places of which each is held by one at a time; who waits longest is next. */
export class Slots {
  #free: number;
  #waiting: (() => void)[] = [];

  constructor(
    count: number,
    /** Nobody gets a place any more. */
    readonly closed: AbortSignal,
  ) {
    this.#free = count;
    closed.addEventListener("abort", () => {
      for (const wake of this.#waiting.splice(0)) wake();
    });
  }

  get isFull(): boolean {
    return this.#free === 0;
  }

  /** A place, as soon as there is one; undefined when there will be none. */
  async take(): Promise<Release | undefined> {
    while (this.#free === 0 && !this.closed.aborted) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    if (this.closed.aborted) return undefined;
    this.#free--;
    return () => {
      this.#free++;
      this.#waiting.shift()?.();
    };
  }
}

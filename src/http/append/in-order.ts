/** A result to come, and what it is called when it is there. */
interface Slot<T> {
  weight: number;
  result: T | undefined;
}

/**
 * Results in the order in which they were asked for, whichever comes first. Its bounds are on what was
 * asked for and not yet taken: who takes nothing gets nothing more done.
 */
export class InOrder<T> {
  #slots: Slot<T>[] = [];
  #weight = 0;
  #isComplete = false;
  #wake: (() => void) | undefined;
  #wakeForRoom: (() => void) | undefined;

  get size(): number {
    return this.#slots.length;
  }

  get weight(): number {
    return this.#weight;
  }

  /** @param result must not reject */
  add(result: Promise<T>, weight: number): void {
    const slot: Slot<T> = { weight, result: undefined };
    this.#slots.push(slot);
    this.#weight += weight;
    void result.then((value) => {
      slot.result = value;
      if (this.#slots[0] === slot) this.#wake?.();
    });
  }

  /** Nothing will be added any more. */
  complete(): void {
    this.#isComplete = true;
    this.#wake?.();
  }

  /** The results that are there and whose turn it is, at least one; undefined when all have been taken. */
  async take(): Promise<T[] | undefined> {
    for (;;) {
      const pending = this.#slots.findIndex(({ result }) => result === undefined);
      const count = pending < 0 ? this.#slots.length : pending;
      if (count > 0) return this.#taken(count);
      if (this.#isComplete && this.#slots.length === 0) return undefined;
      await new Promise<void>((resolve) => (this.#wake = resolve));
      this.#wake = undefined;
      // A commit brings many results one after the other: they are to be taken together.
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /** Resolves when something has been taken. */
  taken(): Promise<void> {
    return new Promise((resolve) => (this.#wakeForRoom = resolve));
  }

  #taken(count: number): T[] {
    const slots = this.#slots.slice(0, count);
    this.#slots = this.#slots.slice(count);
    for (const { weight } of slots) this.#weight -= weight;
    this.#wakeForRoom?.();
    this.#wakeForRoom = undefined;
    return slots.map(({ result }) => result as T);
  }
}

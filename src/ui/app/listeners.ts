/** Who wants to be told of changes: what React calls an external store has one. */
export class Listeners {
  readonly #listeners = new Set<() => void>();

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  };

  tell(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}

import type { Turns } from "./turns.js";

/** Whoever is handed something and does not come back for this long has no turn meanwhile. */
const PATIENCE_MS = 1000;

/** A turn that others wait for is over after this long. */
const LONGEST_MS = 2000;

/** A turn of somebody who reads as slowly as they like: others do not wait for those who are slow. */
export class ReadingTurn {
  readonly #turns: Turns;
  readonly #end: () => void;
  readonly #startedAtMs = performance.now();

  private constructor(turns: Turns, end: () => void) {
    this.#turns = turns;
    this.#end = end;
  }

  /** Resolves when it is one's turn. */
  static async take(turns: Turns): Promise<ReadingTurn> {
    return new ReadingTurn(turns, await turns.enter());
  }

  /** It has been long enough, and somebody else waits. */
  get isOver(): boolean {
    return this.#turns.waiting > 0 && performance.now() - this.#startedAtMs >= LONGEST_MS;
  }

  /** To be called again and again is no matter. */
  end(): void {
    this.#end();
  }

  /**
   * Begins to wait for the reader. Returns how to say that they are back.
   *
   * @param letGo called when that takes too long, and the turn ends: to hold nothing for them any more
   */
  waitForReader(letGo: () => void): () => void {
    const timer = setTimeout(() => {
      letGo();
      this.#end();
    }, PATIENCE_MS);
    return () => {
      clearTimeout(timer);
    };
  }
}

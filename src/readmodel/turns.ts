import { ReadModelError } from "./asked-thread.js";

/** Lets so many do something at once; the others wait, and come in the order in which they have. */
export class Turns {
  #underWay = 0;
  /** Oldest first. */
  readonly #waiting: (() => void)[] = [];

  constructor(
    readonly atOnce: number,
    readonly mostWaiting: number,
  ) {}

  /** @throws ReadModelError when too many wait already */
  async take<Outcome>(act: () => Outcome | Promise<Outcome>): Promise<Outcome> {
    if (this.#underWay < this.atOnce) this.#underWay++;
    else {
      if (this.#waiting.length >= this.mostWaiting) {
        throw new ReadModelError(`${this.mostWaiting} readers wait already`);
      }
      // Whoever is through hands its turn on.
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    try {
      return await act();
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#underWay--;
    }
  }
}

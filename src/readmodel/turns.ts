import { ReadModelError } from "./asked-thread.js";

/** Lets so many do something at once; the others wait, and come in the order in which they have. */
export class Turns {
  #underWay = 0;
  /** Oldest first. */
  readonly #waiting: (() => void)[] = [];
  /** Those that hold back for these. */
  readonly #patient: Turns[] = [];

  /**
   * @param mostWaiting more are refused
   * @param before while any of these has a turn under way, one at a time goes on here: what is done is not held up
   * by them for ever, and hardly holds them up
   */
  constructor(
    readonly atOnce: number,
    readonly mostWaiting: number,
    readonly before: readonly Turns[] = [],
  ) {
    for (const turns of before) turns.#patient.push(this);
  }

  /** @throws ReadModelError when too many wait already */
  async take<Outcome>(act: () => Outcome | Promise<Outcome>): Promise<Outcome> {
    if (this.#waiting.length >= this.mostWaiting) {
      throw new ReadModelError(`${this.mostWaiting} readers wait already`);
    }
    if (this.#isFree) this.#underWay++;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await act();
    } finally {
      this.#underWay--;
      this.#handOn();
      if (this.#underWay === 0) for (const turns of this.#patient) turns.#handOn();
    }
  }

  get #isFree(): boolean {
    const isHeldBack = this.before.some((turns) => turns.#underWay > 0);
    return this.#underWay < (isHeldBack ? 1 : this.atOnce);
  }

  #handOn(): void {
    while (this.#isFree) {
      const next = this.#waiting.shift();
      if (!next) return;
      this.#underWay++;
      next();
    }
  }
}

export interface TurnsOptions {
  /** More may not wait; default: any number may. */
  mostWaiting?: number;
  /** What whoever may not wait is told. */
  refusal?: (waiting: number) => Error;
  /**
   * While any of these has a turn under way, one at a time goes on here: what is done is not held up by them for
   * ever, and hardly holds them up.
   */
  before?: readonly Turns[];
}

/** Lets so many do something at once; the others wait, and come in the order in which they have. */
export class Turns {
  #underWay = 0;
  /** Oldest first. */
  readonly #waiting: (() => void)[] = [];
  readonly #options: TurnsOptions;
  /** Those that hold back for these. */
  readonly #patient: Turns[] = [];

  constructor(
    readonly atOnce: number,
    options: TurnsOptions = {},
  ) {
    this.#options = options;
    for (const turns of options.before ?? []) turns.#patient.push(this);
  }

  get underWay(): number {
    return this.#underWay;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  /**
   * Resolves when it is one's turn, with how to end it; to end it again does nothing.
   *
   * @throws the refusal, when too many wait already
   */
  async enter(): Promise<() => void> {
    const { mostWaiting = Infinity, refusal = tooMany } = this.#options;
    if (this.waiting >= mostWaiting) throw refusal(this.waiting);
    if (this.#isFree) this.#underWay++;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    let isOver = false;
    return () => {
      if (!isOver) this.#leave();
      isOver = true;
    };
  }

  /** @throws the refusal, when too many wait already */
  async take<Outcome>(act: () => Outcome | Promise<Outcome>): Promise<Outcome> {
    const leave = await this.enter();
    try {
      return await act();
    } finally {
      leave();
    }
  }

  #leave(): void {
    this.#underWay--;
    this.#handOn();
    if (this.#underWay === 0) for (const turns of this.#patient) turns.#handOn();
  }

  get #isFree(): boolean {
    const isHeldBack = this.#options.before?.some(({ underWay }) => underWay > 0) === true;
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

function tooMany(waiting: number): Error {
  return new Error(`${waiting} wait already`);
}

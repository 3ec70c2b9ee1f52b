/** After so many sequences without an event, or so long, a reader that leaves events out is told its position. */
const CHECKPOINT_EVERY = 1000;
const CHECKPOINT_EVERY_MS = 5000;

/** When a reader that leaves events out must be told how far it is, so that it never reads them again. */
export class Checkpoints {
  #toldSequence: number;
  #toldAtMs = Date.now();

  constructor(after: number) {
    this.#toldSequence = after;
  }

  /** The reader has this position now. */
  told(sequence: number): void {
    this.#toldSequence = sequence;
    this.#toldAtMs = Date.now();
  }

  isDue(position: number): boolean {
    const passedOver = position - this.#toldSequence;
    return (
      passedOver >= CHECKPOINT_EVERY ||
      (passedOver > 0 && Date.now() - this.#toldAtMs >= CHECKPOINT_EVERY_MS)
    );
  }

  dueInMs(): number {
    return Math.max(0, this.#toldAtMs + CHECKPOINT_EVERY_MS - Date.now()) || CHECKPOINT_EVERY_MS;
  }
}

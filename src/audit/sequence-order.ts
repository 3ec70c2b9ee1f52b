import type { MissingEvents } from "./missing-events.js";

/** Where a sequence stands among those before it. */
export type Arrival =
  | { outcome: "in order" }
  /** Others should have come before it. */
  | { outcome: "gap"; due: number }
  /** It should have come before, or has come before. */
  | { outcome: "late"; due: number; fillsGap: boolean };

const IN_ORDER: Arrival = { outcome: "in order" };

/** Gaps that are remembered, so that what comes late is known for what is due there. */
const MAX_GAPS = 1000;

/**
 * The order of the log: sequences rise, and in a whole bundle they count from 1. A line that could not be
 * read may have held any sequence, so that each explains one that does not come.
 */
export class SequenceOrder {
  #last = 0;
  #unread = 0;
  #isBroken = false;
  readonly #gaps: { from: number; to: number }[] = [];

  /** @param isWhole whether sequences count, and not only rise */
  constructor(
    readonly isWhole: boolean,
    readonly missing: MissingEvents,
  ) {}

  /** Whether there are lines for all sequences so far, in their order. */
  get isUnbroken(): boolean {
    return !this.#isBroken;
  }

  /** A line that tells no sequence. */
  passOver(): void {
    if (this.isWhole) this.#unread++;
    else this.missing.add(1);
  }

  arrive(sequence: number): Arrival {
    const due = this.#last + 1;
    if (sequence < due) {
      this.#isBroken = true;
      return { outcome: "late", due, fillsGap: this.#fill(sequence) };
    }
    this.#last = sequence;
    if (this.#unread === 0 && (sequence === due || !this.isWhole)) return IN_ORDER;
    const lacking = this.isWhole ? sequence - due : 0;
    const isExplained = this.#lack(lacking);
    if (isExplained) return IN_ORDER;
    this.#gaps.push({ from: due, to: sequence });
    if (this.#gaps.length > MAX_GAPS) this.#gaps.shift();
    return { outcome: "gap", due };
  }

  /** The sequences from here up to `size`, which will not come. Returns whether that has been told already. */
  end(size: number): boolean {
    return !this.isWhole || this.#lack(Math.max(size - this.#last, 0));
  }

  get last(): number {
    return this.#last;
  }

  #lack(count: number): boolean {
    const isExplained = count <= this.#unread;
    this.#unread = 0;
    if (count > 0) {
      this.#isBroken = true;
      this.missing.add(count);
    }
    return isExplained;
  }

  #fill(sequence: number): boolean {
    return this.#gaps.some(({ from, to }) => sequence >= from && sequence < to);
  }
}

import { float64, uint32 } from "../run/column.js";

/** 40 bytes each. What comes behind them is not held against what was sealed. */
export const MAX_SHOWN = 400_000;

/** Of a hash, and digits of each. */
const WORDS = 8;
const WORD_DIGITS = 8;
const PREFIX_LENGTH = "sha256:".length;

/** The events that the page shows: sequence and hash of each, in order. */
export class ShownEvents {
  readonly #sequences = float64();
  /** Eight words a hash. */
  readonly #hashes = uint32();

  get count(): number {
    return this.#sequences.length;
  }

  get isFull(): boolean {
    return this.count >= MAX_SHOWN;
  }

  /** @param hash `sha256:` and 64 hexadecimal digits */
  add(sequence: number, hash: string): void {
    if (this.isFull) return;
    this.#sequences.push(sequence);
    for (let word = 0; word < WORDS; word++) this.#hashes.push(wordOf(hash, word));
  }

  /** Infinity behind the last one. */
  sequence(place: number): number {
    return place < this.count ? this.#sequences.at(place) : Infinity;
  }

  has(place: number, hash: string): boolean {
    for (let word = 0; word < WORDS; word++) {
      if (this.#hashes.at(place * WORDS + word) !== wordOf(hash, word)) return false;
    }
    return true;
  }

  /** Of those up to a sequence. */
  countUpTo(sequence: number): number {
    return this.#sequences.firstNotBelow(sequence + 1);
  }
}

function wordOf(hash: string, word: number): number {
  const from = PREFIX_LENGTH + word * WORD_DIGITS;
  return Number.parseInt(hash.slice(from, from + WORD_DIGITS), 16) >>> 0;
}

/**
 * How many events are known to be missing. What was told once explains what else does not fit because of
 * it: a line that was taken out leaves a hole in its scope's chain, and is too few for the scope's receipt.
 */
export class MissingEvents {
  #unexplained = 0;

  /** So many are missing, and that has been told. */
  add(count: number): void {
    this.#unexplained += count;
  }

  /** Whether that explains that a scope lacks `count` events; if so, it explains no others. */
  explain(count: number): boolean {
    if (count > this.#unexplained) return false;
    this.#unexplained -= count;
    return true;
  }
}

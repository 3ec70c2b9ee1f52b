const MAX_MARKED = 100;

/** Where the members of an object are, in the order in which they stand there. */
export class MemberMarks {
  readonly #marks = new Int32Array(3 * MAX_MARKED);
  #count = 0;

  get count(): number {
    return this.#count;
  }

  clear(): void {
    this.#count = 0;
  }

  /** Of members beyond the hundredth only the number is kept. */
  add(key: number, value: number, end: number): void {
    const at = 3 * this.#count++;
    // Behind the end of the array nothing is stored.
    this.#marks[at] = key;
    this.#marks[at + 1] = value;
    this.#marks[at + 2] = end;
  }

  /** Where the key of a member starts, behind its quote. */
  key(member: number): number {
    return this.#marks[3 * member] ?? 0;
  }

  value(member: number): number {
    return this.#marks[3 * member + 1] ?? 0;
  }

  end(member: number): number {
    return this.#marks[3 * member + 2] ?? 0;
  }
}

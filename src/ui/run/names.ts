/** Texts that come again and again, each kept once, by number in order of appearance. */
export class Names {
  readonly #texts: string[] = [];
  readonly #numbers = new Map<string, number>();

  get all(): readonly string[] {
    return this.#texts;
  }

  numberOf(text: string): number {
    let number = this.#numbers.get(text);
    if (number === undefined) {
      number = this.#texts.length;
      this.#texts.push(text);
      this.#numbers.set(text, number);
    }
    return number;
  }

  at(number: number): string {
    return this.#texts[number] ?? "";
  }
}

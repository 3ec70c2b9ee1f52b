import type { Writable } from "node:stream";

/**
 * Writes to one of our own output streams, as it comes. Resolves when more may be written: a reader that
 * is slow holds the writer up. When it takes no more, `gone`.
 */
export class Terminal {
  #isGone = false;
  #waiting: (() => void)[] = [];

  constructor(readonly stream: Writable) {
    stream.on("drain", () => {
      this.#wake();
    });
    // Nobody reads it any more, or what is behind it takes no more.
    stream.on("error", () => {
      this.#isGone = true;
      this.#wake();
    });
  }

  async write(chunk: Uint8Array | string): Promise<"written" | "gone"> {
    if (!this.#isGone && !this.stream.write(chunk)) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    return this.#isGone ? "gone" : "written";
  }

  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}

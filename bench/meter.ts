import type { Figure } from "./figure.js";
import type { Served } from "./gateway.js";
import type { Load } from "./load.js";

/** Adds up what a process spends in its turns. */
export class Meter {
  #micros = 0;
  #count = 0;

  constructor(
    readonly served: Served,
    /** What is counted, in the singular. */
    readonly unit = "event",
  ) {}

  async turn(run: () => Promise<Load>): Promise<Load> {
    const before = await this.served.cpuMicros();
    const load = await run();
    this.#micros += (await this.served.cpuMicros()) - before;
    this.#count += load.count;
    return load;
  }

  /** The unmeasured turn is in it too, which changes nothing for a mean. */
  beside(whose = ""): Figure["beside"] {
    return {
      [`${whose}CPU µs ${/^[aeiou]/.test(this.unit) ? "an" : "a"} ${this.unit}`]:
        this.#micros / this.#count,
    };
  }
}

import type { Reveal } from "../client/index.js";
import type { EventEnvelope } from "../envelope/envelope.js";
import type { Terminal } from "../runner/terminal.js";
import { painterFor, type Paint } from "./colour.js";
import { eventLines } from "./event-line.js";

/** Prints events to stdout: as lines for people, or the stored bytes. */
export class EventPrinter {
  readonly #paint: Paint;
  readonly #hasColours: boolean;

  constructor(
    /** Scopes are named as seen from this one. */
    readonly timeline: string,
    readonly isJson: boolean,
    readonly terminal: Terminal,
    /** Decrypts personal data; what is printed as JSON is then no longer the stored bytes. */
    readonly reveal: Reveal | undefined,
  ) {
    this.#paint = painterFor(process.stdout);
    this.#hasColours = this.#paint("bold", "x") !== "x";
  }

  /** @param text - the envelope as it is stored */
  async print(text: string, event: EventEnvelope): Promise<"written" | "gone"> {
    const shown = this.reveal ? await this.reveal(event) : event;
    const lines = this.isJson
      ? [shown === event ? text : JSON.stringify(shown)]
      : eventLines(shown, this.timeline, this.#paint, this.#hasColours);
    return this.terminal.write(lines.map((line) => `${line}\n`).join(""));
  }
}

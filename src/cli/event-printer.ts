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
  ) {
    this.#paint = painterFor(process.stdout);
    this.#hasColours = this.#paint("bold", "x") !== "x";
  }

  /** @param text - the envelope as it is stored */
  print(text: string, event: EventEnvelope): Promise<"written" | "gone"> {
    const lines = this.isJson
      ? [text]
      : eventLines(event, this.timeline, this.#paint, this.#hasColours);
    return this.terminal.write(lines.map((line) => `${line}\n`).join(""));
  }
}

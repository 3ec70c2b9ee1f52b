import { parseCursor } from "../wire/cursor.js";
import { correlationIn } from "../wire/timeline.js";
import type { WireFrame } from "./client-frame.js";
import { Continuity } from "./continuity.js";
import type { ContinuityError } from "./errors.js";

/** Where a reader stands in a scope's stream, over all its connections. */
export class Position {
  /** Undefined until the server has named one. */
  #cursor: string | undefined;
  #sequence = 0;
  #epoch: string | undefined;
  /** Newest sequence of the log when the connection was opened. */
  #headSequence = 0;
  readonly #continuity: Continuity | undefined;

  /** @param isFiltered - whether the reader asked for some of the timeline's events only */
  constructor(
    readonly scope: string,
    isFiltered: boolean,
  ) {
    // A filter chooses events, and so does a correlation, from whatever scopes: a hole in a chain is no
    // loss there. The server's checkpoints then say how far it has looked.
    const isChoice = isFiltered || correlationIn(scope) !== undefined;
    this.#continuity = isChoice ? undefined : new Continuity();
  }

  /** Where to resume: the last cursor that the server has sent. */
  get cursor(): string | undefined {
    return this.#cursor;
  }

  /**
   * Takes in the next frame: `seen` when it holds an event from before the position, which is then to be
   * left out; an error when the event before it is missing, and then the position stays.
   */
  take(frame: WireFrame): "next" | "seen" | ContinuityError {
    switch (frame.kind) {
      case "open": {
        const { sequence = 0, epoch } = parseCursor(frame.cursor) ?? {};
        this.#headSequence = parseCursor(frame.head)?.sequence ?? 0;
        if (epoch !== this.#epoch) this.#sequence = sequence;
        else this.#sequence = Math.max(this.#sequence, sequence);
        this.#epoch = epoch;
        break;
      }
      case "gap":
        this.#continuity?.forget();
        break;
      case "event": {
        if (frame.sequence <= this.#sequence) return "seen";
        const flaw = this.#continuity?.flawOf(frame.event);
        if (flaw) return flaw;
        this.#continuity?.add(frame.event);
        this.#sequence = frame.sequence;
        break;
      }
      case "end": {
        const flaw = this.#continuity?.flawOfEnd(frame, this.scope);
        if (flaw) return flaw;
        this.#sequence = Math.max(this.#sequence, frame.sequence);
        break;
      }
      case "caught-up":
      case "checkpoint":
        this.#sequence = Math.max(this.#sequence, parseCursor(frame.cursor)?.sequence ?? 0);
        break;
      case "error":
        break;
    }
    if ("cursor" in frame) this.#cursor = frame.cursor;
    return "next";
  }

  hasReached(sequence: number): boolean {
    return this.#sequence >= sequence;
  }

  /** Whether the log already held everything up to `sequence` when the connection was opened. */
  wasOpenedBeyond(sequence: number): boolean {
    return this.#headSequence >= sequence;
  }
}

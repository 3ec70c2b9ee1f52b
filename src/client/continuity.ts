import type { EventEnvelope } from "../envelope/envelope.js";
import type { EndFrame } from "../wire/frame.js";
import { ContinuityError } from "./errors.js";

/** More scopes than one reader sees live at a time; beyond it, the one seen longest ago is forgotten. */
const MAX_SCOPES = 10_000;

/**
 * Checks that in each scope every event follows the one before it. Where a scope is met for the first
 * time, any event may be its first: the reader may have started in the middle.
 */
export class Continuity {
  readonly #heads = new Map<string, { index: number; hash: string }>();

  /** What is wrong with the next event of the stream; undefined when it is as it should be. */
  flawOf({ scope, index, prev }: EventEnvelope): ContinuityError | undefined {
    const head = this.#heads.get(scope);
    if (head === undefined) return undefined;
    const due = head.index + 1;
    if (index !== due) return new ContinuityError(scope, due, `event ${index} came`);
    if (prev === head.hash) return undefined;
    return new ContinuityError(scope, due, "what came does not name the hash of the one before");
  }

  /** What is wrong with the end of a scope: its last events may be the ones that are missing. */
  flawOfEnd({ count, headHash }: EndFrame, scope: string): ContinuityError | undefined {
    const head = this.#heads.get(scope);
    if (head === undefined || (head.index === count && head.hash === headHash)) return undefined;
    return new ContinuityError(scope, head.index + 1, `the scope ended with event ${count}`);
  }

  /** The event has been taken in. */
  add({ scope, index, hash }: EventEnvelope): void {
    this.#heads.delete(scope);
    this.#heads.set(scope, { index, hash });
    if (this.#heads.size <= MAX_SCOPES) return;
    for (const oldest of this.#heads.keys()) {
      this.#heads.delete(oldest);
      break;
    }
  }

  /** The stream has a gap, and said so: any event may follow. */
  forget(): void {
    this.#heads.clear();
  }
}

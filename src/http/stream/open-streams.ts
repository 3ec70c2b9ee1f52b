import { problem, type Problem } from "../../wire/problem.js";
import type { SseStream } from "./sse-stream.js";

/** The streams that are open, or about to be. */
export class OpenStreams {
  readonly #most: number;
  readonly #open = new Set<SseStream>();
  #count = 0;

  constructor(most: number) {
    this.#most = most;
  }

  get count(): number {
    return this.#count;
  }

  /** Takes a place for a stream; false when there is none. */
  enter(): boolean {
    if (this.#count >= this.#most) return false;
    this.#count++;
    return true;
  }

  /** What whoever found no place is told. */
  tooMany(retryAfterMs?: number): Problem {
    const detail = `${this.#most} streams are open, which is as many as are allowed.`;
    return problem("too-many-streams", detail, retryAfterMs === undefined ? {} : { retryAfterMs });
  }

  /** Gives the place back. */
  leave(): void {
    this.#count--;
  }

  add(stream: SseStream): void {
    this.#open.add(stream);
  }

  delete(stream: SseStream): void {
    this.#open.delete(stream);
  }

  /** Sends everyone away, to come back at different moments. */
  drain(): void {
    for (const stream of this.#open) stream.end("shutdown");
  }
}

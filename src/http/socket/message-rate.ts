/** What a client may say in a second, and at once after it has said nothing for a while. */
const MOST_PER_SECOND = 200;

/** How often a client may say something: a bucket of tokens that is filled at a steady rate. */
export class MessageRate {
  #tokens = MOST_PER_SECOND;
  #filledAtMs = performance.now();

  /** Takes note of a message; false when it is one too many. */
  take(): boolean {
    const nowMs = performance.now();
    const filled = this.#tokens + ((nowMs - this.#filledAtMs) / 1000) * MOST_PER_SECOND;
    this.#filledAtMs = nowMs;
    this.#tokens = Math.min(filled, MOST_PER_SECOND) - 1;
    return this.#tokens >= 0;
  }
}

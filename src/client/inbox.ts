/**
 * What has arrived and was not taken yet, up to a length. What is sent to it beyond that, or after its
 * end, is dropped.
 */
export class Inbox {
  readonly #maxLength: number;
  readonly #messages: unknown[] = [];
  #length = 0;
  #end: { error: Error | undefined } | undefined;
  #wake = (): void => undefined;

  /** @param maxLength - in characters; one message may always wait */
  constructor(maxLength: number) {
    this.#maxLength = maxLength;
  }

  /** False when there is no room, or it has ended. */
  offer(message: unknown): boolean {
    const length = lengthOf(message);
    const isFull = this.#messages.length > 0 && this.#length + length > this.#maxLength;
    if (this.#end || isFull) return false;
    this.#messages.push(message);
    this.#length += length;
    this.#wake();
    return true;
  }

  /** Nothing comes any more, because of `error` if there is one. The first end counts. */
  end(error?: Error): void {
    this.#end ??= { error };
    this.#wake();
  }

  /** The same, and what is there is not wanted any more. */
  abandon(): void {
    this.#messages.length = 0;
    this.end();
  }

  /** The next message, as soon as there is one; undefined at the end. @throws the error of the end */
  async next(): Promise<{ message: unknown } | undefined> {
    while (this.#messages.length === 0) {
      if (this.#end?.error !== undefined) throw this.#end.error;
      if (this.#end) return undefined;
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
    const message = this.#messages.shift();
    this.#length -= lengthOf(message);
    return { message };
  }
}

function lengthOf(message: unknown): number {
  return typeof message === "string" ? message.length : 0;
}

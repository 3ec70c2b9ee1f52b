import type { SocketSession } from "./session.js";

/** The WebSockets that are open, and those that are being closed. */
export class OpenSockets {
  readonly #open = new Set<SocketSession>();
  readonly #closing = new Set<SocketSession>();

  get count(): number {
    return this.#open.size;
  }

  /** On all of them. */
  get subscriptions(): number {
    let sum = 0;
    for (const { subscriptions } of this.#open) sum += subscriptions;
    return sum;
  }

  /** What all of them have not taken yet. */
  get waitingBytes(): number {
    let sum = 0;
    for (const { waitingBytes } of this.#open) sum += waitingBytes;
    return sum;
  }

  add(session: SocketSession): void {
    this.#open.add(session);
  }

  /** It is told to go, or has gone. */
  closing(session: SocketSession): void {
    if (this.#open.delete(session)) this.#closing.add(session);
  }

  delete(session: SocketSession): void {
    this.#open.delete(session);
    this.#closing.delete(session);
  }

  /** Sends everyone away. */
  drain(): void {
    for (const session of [...this.#open]) session.close("restarting");
  }

  /** Breaks off whoever has not gone. */
  reset(): void {
    for (const session of [...this.#open, ...this.#closing]) session.reset();
  }
}

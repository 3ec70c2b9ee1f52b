import type { LogRecord } from "../log/record.js";

/** What the gateway has read and is not sealed yet: up to so many events wait; then they are read again. */
const MAX_WAITING = 20_000;

/**
 * The newest events, as they pass through the gateway: so that sealing need not read them again. It may
 * lose some; whoever takes them looks whether they follow each other.
 */
export class Inbox {
  #records: LogRecord[] = [];
  #isOpen = false;
  #wake: () => void = () => undefined;

  /** From now on events are kept. */
  open(): void {
    this.#records = [];
    this.#isOpen = true;
  }

  close(): void {
    this.#records = [];
    this.#isOpen = false;
  }

  offer(record: LogRecord): void {
    if (!this.#isOpen) return;
    // Whatever comes after these is found missing, and read from the log.
    if (this.#records.length >= MAX_WAITING) this.#records = [];
    if (this.#records.push(record) === 1) this.#wake();
  }

  take(): LogRecord[] {
    const taken = this.#records;
    if (taken.length > 0) this.#records = [];
    return taken;
  }

  /** Resolves when there is something in it. */
  filled(): Promise<void> {
    if (this.#records.length > 0) return Promise.resolve();
    return new Promise((resolve) => (this.#wake = resolve));
  }
}

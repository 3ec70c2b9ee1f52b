import type { ServerResponse } from "node:http";
import type { Ticker, Ticking } from "./ticker.js";

/** What is handed to the socket at once, so that a slow reader of a large event is seen to take some of it. */
const SLICE_BYTES = 64 * 1024;

/**
 * The body of a response that may take long: written no faster than its reader takes it, and given up
 * when the reader takes nothing at all for too long.
 */
export class Outflow implements Ticking {
  readonly #response: ServerResponse;
  readonly #stalledAfterMs: number;
  readonly #ended = new AbortController();
  #unblock: (() => void) | undefined;
  /** Since when the socket has not taken what it was given. */
  #blockedSinceMs: number | undefined;
  #lastSentMs = Date.now();
  #bytes = 0;
  #isStalled = false;

  constructor(response: ServerResponse, ticker: Ticker, stalledAfterMs: number) {
    this.#response = response;
    this.#stalledAfterMs = stalledAfterMs;
    ticker.add(this);
    response.on("drain", () => {
      this.#release();
    });
    response.on("close", () => {
      ticker.delete(this);
      this.#ended.abort();
      this.#release();
    });
    // Without a listener, a socket that breaks while it is written to would end the process.
    response.on("error", () => {
      response.destroy();
    });
    if (response.destroyed) {
      ticker.delete(this);
      this.#ended.abort();
    }
  }

  /** Aborts when nothing more can be sent: the reader has gone, or {@link end} was called. */
  get ended(): AbortSignal {
    return this.#ended.signal;
  }

  get isOpen(): boolean {
    return !this.#ended.signal.aborted;
  }

  /** Bytes are waiting for the socket to take them. */
  get isBlocked(): boolean {
    return this.#blockedSinceMs !== undefined;
  }

  /** It was given up because its reader took nothing. */
  get isStalled(): boolean {
    return this.#isStalled;
  }

  get lastSentMs(): number {
    return this.#lastSentMs;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Resolves when more may be sent; at once where the reader keeps up, or is gone. */
  async send(data: Uint8Array | string): Promise<void> {
    const bytes = typeof data === "string" ? Buffer.from(data) : data;
    for (let at = 0; at < bytes.length && this.isOpen; at += SLICE_BYTES) {
      const slice = bytes.length <= SLICE_BYTES ? bytes : bytes.subarray(at, at + SLICE_BYTES);
      this.#bytes += slice.length;
      this.#lastSentMs = Date.now();
      if (this.#response.write(slice)) continue;
      this.#blockedSinceMs = this.#lastSentMs;
      await new Promise<void>((resolve) => (this.#unblock = resolve));
    }
  }

  /** Ends the response, with last words unless those would land in the middle of something. */
  end(lastWords = ""): void {
    if (!this.isOpen) return;
    if (lastWords === "" || this.isBlocked) this.#response.end();
    else this.#response.end(lastWords);
    this.#blockedSinceMs ??= Date.now();
    this.#ended.abort();
    this.#unblock?.();
  }

  /** Breaks the connection off, so that the reader cannot take what it has for all there is. */
  destroy(): void {
    this.#response.destroy();
  }

  tick(nowMs: number): void {
    if (this.#blockedSinceMs === undefined) return;
    if (nowMs - this.#blockedSinceMs < this.#stalledAfterMs) return;
    this.#isStalled = true;
    // A reset also frees what the kernel holds for the reader, which a close would keep for minutes.
    this.#response.socket?.resetAndDestroy();
  }

  #release(): void {
    this.#blockedSinceMs = undefined;
    const unblock = this.#unblock;
    this.#unblock = undefined;
    unblock?.();
  }
}

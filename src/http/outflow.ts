import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Ticker, Ticking } from "./ticker.js";

/** More than this is cut, so that a slow reader of a large event is seen to take some of it. */
const WHOLE_BYTES = 256 * 1024;
const SLICE_BYTES = 64 * 1024;

/** Whose body it is, where more is to be done about it than to write. */
export interface OutflowOwner extends Ticking {
  /** Called once, when the response is over or its reader has gone. */
  closed(): void;
}

/**
 * The body of a response that may take long: written no faster than its reader takes it, and given up
 * when the reader takes nothing at all for too long.
 */
export class Outflow implements Ticking {
  readonly #response: ServerResponse;
  /** Of a body that ends with the connection: it needs no framing, and goes past the response to here. */
  readonly #socket: Socket | null;
  readonly #ticker: Ticker;
  readonly #stalledAfterMs: number;
  readonly #owner: OutflowOwner | undefined;
  #isHeadOut = false;
  #isOpen = true;
  #ended: AbortController | undefined;
  #unblock: (() => void) | undefined;
  /** Since when the socket has not taken what it was given. */
  #blockedSinceMs: number | undefined;
  #lastSentMs = Date.now();
  #bytes = 0;
  #isStalled = false;

  /** @param owner of a body that ends with the connection; without one HTTP frames it */
  constructor(
    response: ServerResponse,
    ticker: Ticker,
    stalledAfterMs: number,
    owner?: OutflowOwner,
  ) {
    this.#response = response;
    this.#ticker = ticker;
    this.#stalledAfterMs = stalledAfterMs;
    this.#owner = owner;
    // There is none yet behind a request whose response is not over.
    this.#socket = owner ? response.socket : null;
    // Without a listener, a socket that breaks while it is written to would end the process.
    response.on("error", destroyIt);
    if (response.destroyed) {
      this.#isOpen = false;
      queueMicrotask(() => {
        this.#close();
      });
    } else {
      ticker.add(this);
      response.on("close", () => {
        this.#close();
      });
    }
  }

  #close(): void {
    this.#ticker.delete(this);
    this.#stop();
    this.#release();
    this.#owner?.closed();
  }

  /** Aborts when nothing more can be sent: the reader has gone, or {@link end} was called. */
  get ended(): AbortSignal {
    // Made when it is asked for: a stream that is idle is better off without.
    this.#ended ??= new AbortController();
    if (!this.#isOpen) this.#ended.abort();
    return this.#ended.signal;
  }

  get isOpen(): boolean {
    return this.#isOpen;
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

  /** Undefined where the reader keeps up, or is gone; otherwise resolves when more may be sent. */
  send(data: Uint8Array | string): Promise<void> | undefined {
    const bytes = typeof data === "string" ? Buffer.from(data) : data;
    if (bytes.length > WHOLE_BYTES) return this.#sendSliced(bytes);
    return this.#write(bytes) ? undefined : this.#unblocked();
  }

  async #sendSliced(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length; at += SLICE_BYTES) {
      if (!this.#write(bytes.subarray(at, at + SLICE_BYTES))) await this.#unblocked();
    }
  }

  #write(bytes: Uint8Array): boolean {
    if (!this.#isOpen) return true;
    this.#bytes += bytes.length;
    this.#lastSentMs = Date.now();
    const target = (this.#isHeadOut && this.#socket) || this.#response;
    // The first bytes take the headers with them.
    this.#isHeadOut = true;
    if (target.write(bytes)) return true;
    if (!this.isBlocked) {
      (this.#socket ?? this.#response).once("drain", () => {
        this.#release();
      });
    }
    this.#blockedSinceMs = this.#lastSentMs;
    return false;
  }

  #unblocked(): Promise<void> {
    return new Promise((resolve) => (this.#unblock = resolve));
  }

  /** Ends the response, with last words unless those would land in the middle of something. */
  end(lastWords = ""): void {
    if (!this.isOpen) return;
    if (lastWords === "" || this.isBlocked) this.#response.end();
    else this.#response.end(lastWords);
    this.#blockedSinceMs ??= Date.now();
    this.#stop();
    this.#unblock?.();
  }

  #stop(): void {
    this.#isOpen = false;
    this.#ended?.abort();
  }

  /** Breaks the connection off, so that the reader cannot take what it has for all there is. */
  destroy(): void {
    this.#response.destroy();
  }

  tick(nowMs: number): void {
    this.#owner?.tick(nowMs);
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

function destroyIt(this: ServerResponse): void {
  this.destroy();
}

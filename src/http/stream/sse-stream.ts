import type { OpenFrame } from "../../wire/frame.js";
import type { Delivery } from "../../coordinator/follow.js";
import { sseControl, sseHeartbeat, sseRetry } from "../../wire/sse.js";
import type { Outflow } from "../outflow.js";
import type { Ticking } from "../ticker.js";
import { sseBlocks } from "./sse-blocks.js";

/** Why a stream is over. */
export type StreamEnd =
  /** Everything that was asked for has been sent. */
  | "complete"
  /** It has lived as long as a stream may. */
  | "max-age"
  | "shutdown"
  /** Its reader took nothing for too long. */
  | "too-slow"
  /** Its reader went away. */
  | "left"
  | "failed";

/** Readers that are sent away together come back spread over this long. */
const RETRY_MS = { least: 1000, most: 4000 };

/** One reader's event stream. */
export class SseStream implements Ticking {
  readonly #outflow: Outflow;
  readonly #heartbeatMs: number;
  readonly #endsAtMs: number;
  readonly #startedAtMs = Date.now();
  #events = 0;
  #end: StreamEnd | undefined;

  constructor(
    outflow: Outflow,
    { heartbeatMs, maxAgeMs }: { heartbeatMs: number; maxAgeMs: number },
  ) {
    this.#outflow = outflow;
    this.#heartbeatMs = heartbeatMs;
    // Streams that were opened together must not end together.
    this.#endsAtMs = this.#startedAtMs + maxAgeMs * (1 - Math.random() / 10);
  }

  /** What the log line at its end says. */
  get summary() {
    return {
      end: this.#outflow.isStalled ? "too-slow" : (this.#end ?? "left"),
      events: this.#events,
      bytes: this.#outflow.bytes,
      ms: Date.now() - this.#startedAtMs,
    };
  }

  /** Sends everything that comes, until there is no more or the reader is gone. */
  async pump(
    frames: AsyncIterable<OpenFrame | Delivery>,
    { epoch, asMessage }: { epoch: string; asMessage: boolean },
  ): Promise<void> {
    await this.#outflow.send(sseRetry(retryMs()));
    for await (const frame of frames) {
      if (!this.#outflow.isOpen) return;
      if (frame.kind === "events") {
        this.#events += frame.records.length;
        await this.#outflow.send(sseBlocks(frame.records, epoch, asMessage));
      } else await this.#outflow.send(sseControl(frame));
    }
  }

  /** Ends the stream in good order, if it has not ended yet: its reader goes on where it stands. */
  end(reason: StreamEnd, lastWords = sseRetry(retryMs())): void {
    if (!this.#outflow.isOpen) return;
    this.#end = reason;
    this.#outflow.end(lastWords);
  }

  tick(nowMs: number): void {
    if (nowMs >= this.#endsAtMs) this.end("max-age");
    else if (nowMs - this.#outflow.lastSentMs >= this.#heartbeatMs && !this.#outflow.isBlocked) {
      void this.#outflow.send(sseHeartbeat(new Date(nowMs)));
    }
  }
}

/** How long a reader waits before it connects again. */
export function retryMs(): number {
  const { least, most } = RETRY_MS;
  return Math.round(least + Math.random() * (most - least));
}

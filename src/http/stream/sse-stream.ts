import type { ServerResponse } from "node:http";
import type { OpenedStream } from "../../coordinator/coordinator.js";
import type { Delivery, Feed } from "../../coordinator/feed.js";
import { sseControl, sseHeartbeat, sseRetry } from "../../wire/sse.js";
import { Outflow, type OutflowOwner } from "../outflow.js";
import { internalProblem, problemOf } from "../problem-reply.js";
import type { Serving } from "../serving.js";
import { endOfLifeMs } from "../ticker.js";
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

/** What it needs of its request. */
export interface SseRequester {
  response: ServerResponse;
  /** What log lines name it by. */
  about: { reqId: string; method: string; url: string };
  /** Leave event names out. */
  asMessage: boolean;
}

/**
 * One reader's event stream. While nothing happens it is this object in the hub's list of those who wait,
 * and nothing runs; so ten thousand of them cost hardly more than their sockets.
 */
export class SseStream implements OutflowOwner {
  readonly #feed: Feed;
  readonly #outflow: Outflow;
  readonly #serving: Serving;
  readonly #about: SseRequester["about"];
  readonly #asMessage: boolean;
  readonly #startedAtMs = Date.now();
  readonly #endsAtMs: number;
  /** Made once: it is handed to the feed each time there is nothing to do. */
  readonly #flow = () => {
    try {
      this.#sendAll();
    } catch (error) {
      this.#fail(error);
    }
  };
  #reading: AbortController | undefined;
  #events = 0;
  #end: StreamEnd | undefined;

  /** Begins to send at once. It takes the place that was entered for it, and leaves it. */
  constructor(
    { opening, feed }: Extract<OpenedStream, { outcome: "open" }>,
    serving: Serving,
    { response, about, asMessage }: SseRequester,
  ) {
    const { maxStreamAgeMs, stalledAfterMs } = serving.config.http;
    this.#feed = feed;
    this.#serving = serving;
    this.#about = about;
    this.#asMessage = asMessage;
    this.#endsAtMs = endOfLifeMs(this.#startedAtMs, maxStreamAgeMs);
    this.#outflow = new Outflow(response, serving.ticker, stalledAfterMs, this);
    serving.streams.add(this);
    const first = sseRetry(retryMs()) + opening.map((frame) => sseControl(frame)).join("");
    const isBlocked = this.#outflow.send(first);
    if (isBlocked) this.#goOnAfter(isBlocked);
    else this.#flow();
  }

  closed(): void {
    const { streams, logger } = this.#serving;
    this.#feed.stopWaiting();
    this.#reading?.abort();
    streams.delete(this);
    streams.leave();
    logger.info({ ...this.#about, ...this.#summary }, "stream closed");
  }

  /** What the log line at its end says. */
  get #summary() {
    return {
      end: this.#outflow.isStalled ? "too-slow" : (this.#end ?? "left"),
      events: this.#events,
      bytes: this.#outflow.bytes,
      ms: Date.now() - this.#startedAtMs,
    };
  }

  /** Ends the stream in good order, if it has not ended yet: its reader goes on where it stands. */
  end(reason: StreamEnd, lastWords = sseRetry(retryMs())): void {
    if (!this.#outflow.isOpen) return;
    this.#end = reason;
    this.#outflow.end(lastWords);
    this.#reading?.abort();
  }

  tick(nowMs: number): void {
    const { config, ticker } = this.#serving;
    // The clock is looked at so often only: rather a little early than late.
    const heartbeatMs = config.http.heartbeatMs - ticker.periodMs;
    if (nowMs >= this.#endsAtMs) this.end("max-age");
    else if (nowMs - this.#outflow.lastSentMs >= heartbeatMs && !this.#outflow.isBlocked) {
      void this.#outflow.send(heartbeatAt(nowMs));
    }
  }

  /** Sends what there is until there is nothing, or the reader takes no more for now, or is gone. */
  #sendAll(): void {
    while (this.#outflow.isOpen) {
      const next = this.#feed.pull();
      if (next === "waiting") {
        this.#feed.wait(this.#flow);
        return;
      }
      if (next === "over") {
        this.end("complete", "");
        return;
      }
      const pending = next === "behind" ? this.#catchUp() : this.#send(next);
      if (pending) {
        this.#goOnAfter(pending);
        return;
      }
    }
  }

  #goOnAfter(pending: Promise<void>): void {
    pending.then(this.#flow).catch((error: unknown) => {
      this.#fail(error);
    });
  }

  #fail(error: unknown): void {
    this.#serving.logger.error({ ...this.#about, err: error }, "a stream broke off");
    const problem = problemOf(error) ?? internalProblem(this.#about.reqId);
    const retryAfterMs = problem.retryAfterMs ?? retryMs();
    this.end("failed", sseControl({ kind: "error", problem, retryable: true, retryAfterMs }));
  }

  async #catchUp(): Promise<void> {
    this.#reading = new AbortController();
    for await (const delivery of this.#feed.catchUp(this.#reading.signal)) {
      if (!this.#outflow.isOpen) return;
      await this.#send(delivery);
    }
    this.#reading = undefined;
  }

  #send(delivery: Delivery): Promise<void> | undefined {
    if (delivery.kind !== "events") return this.#outflow.send(sseControl(delivery));
    const { epoch } = this.#serving.gateway.log;
    this.#events += delivery.records.length;
    return this.#outflow.send(sseBlocks(delivery.records, epoch, this.#asMessage));
  }
}

/** How long a reader waits before it connects again. */
export function retryMs(): number {
  const { least, most } = RETRY_MS;
  return Math.round(least + Math.random() * (most - least));
}

/** The ticker tells all streams the same moment, and they share the bytes. */
let lastHeartbeat = { nowMs: NaN, bytes: Buffer.alloc(0) };

function heartbeatAt(nowMs: number): Buffer {
  if (lastHeartbeat.nowMs !== nowMs) {
    lastHeartbeat = { nowMs, bytes: Buffer.from(sseHeartbeat(new Date(nowMs))) };
  }
  return lastHeartbeat.bytes;
}

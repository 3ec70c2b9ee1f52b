import type { CaughtUpFrame, CheckpointFrame, EndFrame, GapFrame } from "../wire/frame.js";
import type { LogRecord } from "../log/record.js";

/** Events of a timeline that go out together, in order. */
export interface EventsDelivery {
  kind: "events";
  records: readonly LogRecord[];
  /** They have been sent to this durable subscription before. */
  redelivered?: true;
}

export type Delivery = EventsDelivery | CaughtUpFrame | CheckpointFrame | GapFrame | EndFrame;

/** Why there is nothing at hand. */
export type Standing =
  /** Nothing has happened since: {@link Feed.wait}. */
  | "waiting"
  /** What comes next must be read: {@link Feed.catchUp}. */
  | "behind"
  /** Nothing comes any more. */
  | "over";

/**
 * What a reader is delivered, pulled by it piece by piece. A reader for whom nothing happens is nothing but
 * this object and a callback: no promise, no generator, no timer of its own.
 */
export interface Feed {
  /** What is at hand. */
  pull(): Delivery | Standing;
  /** Where {@link pull} says `behind`: what comes next, until something is at hand again or `signal` aborts. */
  catchUp(signal: AbortSignal): AsyncIterable<Delivery>;
  /** Where {@link pull} says `waiting`: calls back once, when it is worth pulling again. */
  wait(callback: () => void): void;
  /** There is no call back any more. */
  stopWaiting(): void;
}

/** Pulls a feed to its end, or until `signal` aborts. */
export async function* deliveriesOf(feed: Feed, signal: AbortSignal): AsyncGenerator<Delivery> {
  while (!signal.aborted) {
    const next = feed.pull();
    if (next === "over") return;
    if (next === "behind") yield* feed.catchUp(signal);
    else if (next === "waiting") await changed(feed, signal);
    else yield next;
  }
}

function changed(feed: Feed, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const giveUp = () => {
      feed.stopWaiting();
      resolve();
    };
    signal.addEventListener("abort", giveUp, { once: true });
    feed.wait(() => {
      signal.removeEventListener("abort", giveUp);
      resolve();
    });
  });
}

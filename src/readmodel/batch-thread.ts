import { on } from "node:events";
import { Worker } from "node:worker_threads";
import type { NatsOptions } from "../log/connect.js";
import type { LogName } from "../log/stream.js";
import type { PackedEvents } from "./packed-events.js";

/** What the thread needs to read the log. */
export interface BatchSource {
  nats: NatsOptions;
  log: LogName;
  /** Name of its durable consumer. */
  durable: string;
  /** The log is read from the event after this sequence. */
  after: number;
}

/** Batches that are read while one is being written: with their size, the bound of the memory that they take. */
export const BATCHES_AHEAD = 2;

/** Whoever is so many events behind reads and writes in bulk. */
export const FAR_BEHIND = 10_000;

/**
 * The log behind a sequence, read in a thread of its own and over a connection of its own, so that whoever writes
 * it somewhere never waits for it: every event once and in order, what has come together in one batch. Reads no
 * further ahead than {@link BATCHES_AHEAD}; ends when the signal aborts.
 *
 * @throws what reading has failed with
 */
export async function* readBatches(
  source: BatchSource,
  signal: AbortSignal,
): AsyncGenerator<PackedEvents, void> {
  const worker = new Worker(new URL("./batch-worker.js", import.meta.url), { workerData: source });
  try {
    for await (const [message] of on(worker, "message", { signal, close: ["exit"] })) {
      const batch = message as PackedEvents;
      yield batch;
      // There is room for another one, and memory for it.
      worker.postMessage(batch.bytes, [batch.bytes]);
    }
    throw new Error("the thread that reads the log has ended");
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    await worker.terminate();
  }
}

import { DeliverPolicy, type ConsumerMessages } from "@nats-io/jetstream";
import { timelineSubjects } from "../envelope/scope.js";
import { readTimelineHeads } from "./read.js";
import { recordOfDelivery, type LogRecord } from "./record.js";
import type { Log } from "./stream.js";

/**
 * How much the server sends ahead of the reader: enough to keep it busy, and the bound of what waits in
 * memory. Larger than any envelope, or that one would never be sent.
 */
const READ_AHEAD_BYTES = 1.5 * 1024 * 1024;

/** How much is handed out at once. */
const HAND_OUT_BYTES = 64 * 1024;

/** A temporary consumer whose reader was killed is removed by the server after this long. */
const INACTIVE_MS = 30_000;

export interface HistoryOptions {
  tenant: string;
  /** A scope's path, or empty for the whole tenant. */
  path: string;
  /** Everything up to and including this sequence is left out. */
  after: number;
  signal: AbortSignal;
}

/**
 * Reads what a timeline holds after a sequence, in order, up to the newest event that the stream's
 * leader knew of at the call, and ends there. What is at hand comes together. Reads no faster than it is
 * iterated over.
 *
 * The end is taken from the leader, not from the consumer running dry: a consumer may live on a replica
 * that lags, and would end early.
 */
export async function* readHistory(log: Log, options: HistoryOptions): AsyncGenerator<LogRecord[]> {
  const { tenant, path, after, signal } = options;
  const { newest: head } = await readTimelineHeads(log, tenant, path);
  if (!head || head.sequence <= after) return;

  const consumer = await log.js.consumers.get(log.stream, {
    filter_subjects: timelineSubjects(tenant, path),
    deliver_policy: DeliverPolicy.StartSequence,
    opt_start_seq: after + 1,
    inactive_threshold: INACTIVE_MS,
  });
  const messages = await consumer.consume({
    max_bytes: READ_AHEAD_BYTES,
    idle_heartbeat: 1000,
    expires: 5000,
  });
  const stop = () => {
    messages.stop();
  };
  signal.addEventListener("abort", stop);
  let position = after;
  let batch: LogRecord[] = [];
  let batchBytes = 0;
  void stopWhenTrimmed(log, options, messages, () => position);
  try {
    for await (const message of messages) {
      position = message.seq;
      const record = recordOfDelivery(message);
      if (record) {
        batch.push(record);
        batchBytes += record.bytes.length;
      }
      const isLast = position >= head.sequence;
      if (isLast || batchBytes >= HAND_OUT_BYTES || messages.getPending() === 0) {
        yield batch;
        if (isLast) return;
        batch = [];
        batchBytes = 0;
      }
    }
  } finally {
    signal.removeEventListener("abort", stop);
    await messages.close();
    await consumer.delete().catch(() => undefined);
  }
}

/**
 * The event that history was to end with can be trimmed while older ones are read; nothing would come
 * then, for ever. So whenever the consumer has been idle for a heartbeat, the leader is asked again.
 */
async function stopWhenTrimmed(
  log: Log,
  { tenant, path }: HistoryOptions,
  messages: ConsumerMessages,
  position: () => number,
): Promise<void> {
  for await (const { type } of messages.status()) {
    if (type !== "heartbeat") continue;
    const heads = await readTimelineHeads(log, tenant, path).catch(() => undefined);
    if (heads && (heads.newest?.sequence ?? 0) <= position()) messages.stop();
  }
}

import { setTimeout as delay } from "node:timers/promises";
import { AckPolicy, DeliverPolicy, type Consumer } from "@nats-io/jetstream";
import { timelineSubjects } from "../envelope/scope.js";
import { deliveries } from "./deliveries.js";
import { readTimelineHeads } from "./read.js";
import { ReadingTurn } from "./reading-turn.js";
import { recordOfDelivery, type LogRecord } from "./record.js";
import type { Log } from "./stream.js";
import { Turns } from "./turns.js";
import { isUnavailable } from "./unavailable.js";

/**
 * How much the server sends ahead of the reader: enough to keep it busy, and the bound of what waits in
 * memory. Larger than any envelope, or that one would never be sent.
 */
const READ_AHEAD_BYTES = 2.5 * 1024 * 1024;

/** How much is handed out at once. */
const HAND_OUT_BYTES = 64 * 1024;

/** A temporary consumer whose reader was killed is removed by the server after this long. */
const INACTIVE_MS = 30_000;

const RETRY_DELAY_MS = 250;

export interface HistoryOptions {
  tenant: string;
  /** A scope's path, or empty for the whole tenant. */
  path: string;
  /** Everything up to and including this sequence is left out. */
  after: number;
  signal: AbortSignal;
}

/** Where what timelines hold can be read from, be it the log itself or something that holds the same. */
export interface HistorySource {
  readonly log: Log;
  /** The same as {@link readHistory}. */
  read(options: HistoryOptions): AsyncIterable<{ records: readonly LogRecord[] }>;
}

/**
 * Reads what a timeline holds after a sequence, in order, up to the newest event that the stream's
 * leader knew of at the call, and ends there. What is at hand comes together. Reads no faster than it is
 * iterated over; waits while NATS is away.
 *
 * The end is taken from the leader, not from the consumer running dry: a consumer may live on a replica
 * that lags, and would end early.
 *
 * @param turns of those who read at once, as for each one the server goes through the log, and something waits
 * here; default: it waits for nobody
 */
export async function* readHistory(
  log: Log,
  options: HistoryOptions,
  turns = new Turns(1),
): AsyncGenerator<readonly LogRecord[]> {
  const { tenant, path, signal } = options;
  let position = options.after;
  let end: number | undefined;
  const isWanted = () => !signal.aborted;
  while (isWanted() && position < (end ?? Infinity)) {
    const turn = await ReadingTurn.take(turns);
    try {
      if (!isWanted()) return;
      const { newest } = await log.connection.answer(readTimelineHeads(log, tenant, path));
      end = Math.min(end ?? Infinity, newest);
      if (position >= end) return;
      const consumer = await log.connection.answer(createConsumer(log, options, position + 1));
      const pieces = piecesOf(log, consumer, end, signal);
      for await (const { records, reached } of pieces) {
        position = reached;
        if (records.length > 0) {
          const isBack = turn.waitForReader(() => {
            pieces.return().catch(() => undefined);
          });
          try {
            yield records;
          } finally {
            isBack();
          }
        }
        if (turn.isOver) break;
      }
    } catch (error) {
      if (log.nc.isClosed() || !isUnavailable(error)) throw error;
      await delay(RETRY_DELAY_MS, undefined, { signal }).catch(() => undefined);
    } finally {
      turn.end();
    }
  }
}

/** What a consumer delivers, up to `end` or as far as it gets; it is removed then. */
async function* piecesOf(
  log: Log,
  consumer: Consumer,
  end: number,
  signal: AbortSignal,
): AsyncGenerator<{ records: readonly LogRecord[]; reached: number }, void, void> {
  let records: LogRecord[] = [];
  let bytes = 0;
  let reached = 0;
  // The event that history is to end with can be trimmed while older ones are read, and nothing would
  // come then, for ever; so an idle reader looks at the end again.
  const stopWhenIdle = (stop: () => void) => {
    stop();
  };
  const read = { max_bytes: READ_AHEAD_BYTES };
  try {
    const messages = deliveries(log, consumer, read, signal, stopWhenIdle);
    for await (const { message, isLastAtHand } of messages) {
      const record = recordOfDelivery(message);
      if (record) {
        records.push(record);
        bytes += record.bytes.length;
      }
      reached = message.seq;
      const isEnd = reached >= end;
      if (isEnd || isLastAtHand || bytes >= HAND_OUT_BYTES) {
        yield { records, reached };
        if (isEnd) return;
        records = [];
        bytes = 0;
      }
    }
    // The connection may have been lost in the middle of what had arrived together.
    if (records.length > 0) yield { records, reached };
  } finally {
    // Where this fails, the server does it by itself in a while.
    await log.connection.answer(consumer.delete()).catch(() => undefined);
  }
}

async function createConsumer(
  log: Log,
  { tenant, path }: HistoryOptions,
  from: number,
): Promise<Consumer> {
  const info = await log.jsm.consumers.add(log.stream, {
    ack_policy: AckPolicy.None,
    deliver_policy: DeliverPolicy.StartSequence,
    opt_start_seq: from,
    filter_subjects: timelineSubjects(tenant, path),
    inactive_threshold: INACTIVE_MS * 1e6,
    mem_storage: true,
    num_replicas: 1,
  });
  return log.js.consumers.getConsumerFromInfo(info);
}

import { setTimeout as delay } from "node:timers/promises";
import { AckPolicy, DeliverPolicy, type Consumer } from "@nats-io/jetstream";
import { bursts } from "./deliveries.js";
import { ForeignMessageError, recordOfDelivery, type LogRecord } from "./record.js";
import { isStreamNotFound } from "./ensure-stream.js";
import type { Log } from "./stream.js";

/** A consumer of a gateway that is gone is removed by the server after this long. */
const ABANDONED_AFTER_MS = 24 * 60 * 60 * 1000;

export interface TailOptions {
  /** Name of the durable consumer; one reader at a time uses it. */
  durable: string;
  /** The log is read from the event after this sequence. */
  after: number;
  signal: AbortSignal;
  /** Told of messages that are no events; they are passed over. */
  onForeign: (error: ForeignMessageError) => void;
}

/**
 * Reads the whole log in order and then follows it, through one durable consumer: every record after
 * `after`, once, in sequence order, across disconnections and restarts of the server. What has come
 * together is handed out together.
 *
 * Nothing is acknowledged: the reader's own position is what counts, and the consumer is placed again
 * behind it whenever a message does not follow the one before. Where a fresh consumer then still starts
 * beyond, the messages between are gone from the log, and reading goes on there.
 *
 * @throws LogReplacedError when the stream was deleted, or deleted and recreated
 */
export async function* tail(log: Log, options: TailOptions): AsyncGenerator<LogRecord[]> {
  const { durable, after, signal, onForeign } = options;
  let position = after;
  while (!signal.aborted) {
    const consumer = await placeConsumer(log, durable, position + 1, signal);
    if (!consumer) return;
    let isFirst = true;
    let isBroken = false;
    for await (const messages of bursts(log, consumer, { max_messages: 2000 }, signal)) {
      const records: LogRecord[] = [];
      for (const message of messages) {
        const record = recordOfDelivery(message);
        const sequence = record?.sequence ?? message.seq;
        if (sequence <= position) continue;
        isBroken = sequence > position + 1 && !isFirst;
        if (isBroken) break;
        isFirst = false;
        position = sequence;
        if (record) records.push(record);
        else onForeign(new ForeignMessageError(sequence, message.subject));
      }
      if (records.length > 0) yield records;
      if (isBroken) break;
    }
  }
}

/** The stream that this log was opened on is not there any more. */
export class LogReplacedError extends Error {
  override readonly name = "LogReplacedError";
  constructor(stream: string) {
    super(`stream ${stream} was deleted or recreated while it was open`);
  }
}

/** Creates the durable anew at `from`: an existing one cannot be moved without redelivering what it holds. */
async function placeConsumer(
  log: Log,
  durable: string,
  from: number,
  signal: AbortSignal,
): Promise<Consumer | undefined> {
  for (let attempt = 0; !signal.aborted; attempt++) {
    try {
      return await log.connection.answer(recreate(log, durable, from));
    } catch (error) {
      if (error instanceof LogReplacedError || log.nc.isClosed()) throw error;
      await delay(Math.min(100 * 2 ** attempt, 2000), undefined, { signal }).catch(() => undefined);
    }
  }
  return undefined;
}

/** @throws LogReplacedError when the stream was deleted, or deleted and recreated */
export async function demandSameLog(log: Log): Promise<void> {
  const info = await log.jsm.streams.info(log.stream).catch((error: unknown) => {
    throw isStreamNotFound(error) ? new LogReplacedError(log.stream) : error;
  });
  if (info.config.metadata?.["runtrail.epoch"] !== log.epoch)
    throw new LogReplacedError(log.stream);
}

async function recreate(log: Log, durable: string, from: number): Promise<Consumer> {
  await demandSameLog(log);
  await log.jsm.consumers.delete(log.stream, durable).catch(() => undefined);
  const consumer = await log.jsm.consumers.add(log.stream, {
    durable_name: durable,
    ack_policy: AckPolicy.None,
    deliver_policy: DeliverPolicy.StartSequence,
    opt_start_seq: from,
    inactive_threshold: ABANDONED_AFTER_MS * 1e6,
    // Where it stands is ours to know, so the server need not write it to disk.
    mem_storage: true,
  });
  return log.js.consumers.getConsumerFromInfo(consumer);
}

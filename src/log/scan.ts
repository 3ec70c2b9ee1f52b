import { setTimeout as delay } from "node:timers/promises";
import { AckPolicy, DeliverPolicy, type Consumer, type StoredMsg } from "@nats-io/jetstream";
import type { Msg } from "@nats-io/transport-node";
import { pull } from "./pull.js";
import {
  deliveredAt,
  recordOfDelivery,
  recordOfStored,
  storedAt,
  type Delivered,
  type LogRecord,
} from "./record.js";
import type { Log } from "./stream.js";
import { isUnavailable } from "./unavailable.js";

/** Asked for at once. Larger than any envelope, or that one would never be sent. */
const AT_ONCE = { messages: 1000, bytes: 4 * 1024 * 1024 };

/** A consumer whose reader was killed is removed by the server after this long. */
const INACTIVE_MS = 30_000;
const RETRY_MS = 100;

/** What is at a sequence of the log. */
export type Place =
  { is: "event"; sequence: number; record: LogRecord } | ForeignPlace | MissingPlace;

/** A message that is no event. */
export interface ForeignPlace {
  is: "foreign";
  sequence: number;
  subject: string;
  recordedAtMs: number;
  recordedAtNanos: number;
  bytes: Uint8Array;
}

/** Nothing, says the stream's leader. */
export interface MissingPlace {
  is: "missing";
  sequence: number;
}

/**
 * Every place of the log from one sequence to another, of all tenants, in order and without exception; what
 * is at hand comes together. Reads no faster than it is iterated over; waits while NATS is away.
 *
 * @param to a sequence that the log has had
 */
export async function* scan(
  log: Log,
  from: number,
  to: number,
  signal: AbortSignal,
): AsyncGenerator<Place[], void> {
  let next = from;
  let consumer: Consumer | undefined;
  let ahead: Promise<Msg[]> | undefined;
  try {
    while (next <= to && !signal.aborted) {
      try {
        consumer ??= await log.connection.answer(createConsumer(log, next));
        const messages = await (ahead ?? pull(log, consumer, AT_ONCE));
        // The server gets the next ones together while these are worked on.
        ahead = pull(log, consumer, AT_ONCE);
        ahead.catch(() => undefined);
        const places = await placesOf(log, messages, next, to);
        next += places.length;
        if (places.length > 0) yield places;
      } catch (error) {
        if (log.nc.isClosed() || !isUnavailable(error)) throw error;
        consumer = undefined;
        ahead = undefined;
        await delay(RETRY_MS, undefined, { signal }).catch(() => undefined);
      }
    }
  } finally {
    await consumer?.delete().catch(() => undefined);
  }
}

/** The next places, without a hole, of which messages have been delivered. */
async function placesOf(
  log: Log,
  messages: readonly Msg[],
  from: number,
  to: number,
): Promise<Place[]> {
  const places: Place[] = [];
  let next = from;
  for (const message of messages) {
    const { sequence } = deliveredAt(message);
    if (sequence > to) break;
    if (sequence < next) continue;
    if (sequence > next) places.push(...(await lookUp(log, next, sequence - 1)));
    places.push(deliveredPlace(message));
    next = sequence + 1;
  }
  // A replica that lags knows of none yet, or there are none: the leader decides.
  if (next === from) places.push(...(await lookUp(log, from, from)));
  return places;
}

async function createConsumer(log: Log, from: number): Promise<Consumer> {
  const info = await log.jsm.consumers.add(log.stream, {
    ack_policy: AckPolicy.None,
    deliver_policy: DeliverPolicy.StartSequence,
    opt_start_seq: from,
    inactive_threshold: INACTIVE_MS * 1e6,
    mem_storage: true,
    num_replicas: 1,
  });
  return log.js.consumers.getConsumerFromInfo(info);
}

/** What the stream's leader has at some places that have not been delivered. */
async function lookUp(log: Log, from: number, to: number): Promise<Place[]> {
  const { state } = await log.connection.answer(log.jsm.streams.info(log.stream));
  const places: Place[] = [];
  for (let sequence = from; sequence <= to; sequence++) {
    const query = { seq: sequence };
    const message =
      sequence < state.first_seq
        ? null
        : await log.connection.answer(log.jsm.streams.getMessage(log.stream, query));
    places.push(message ? storedPlace(message) : { is: "missing", sequence });
  }
  return places;
}

function deliveredPlace(message: Delivered): Place {
  const record = recordOfDelivery(message);
  if (record) return { is: "event", sequence: record.sequence, record };
  return { is: "foreign", ...deliveredAt(message), ...bodyOf(message) };
}

function storedPlace(message: StoredMsg): Place {
  const record = recordOfStored(message);
  if (record) return { is: "event", sequence: record.sequence, record };
  return { is: "foreign", ...storedAt(message), ...bodyOf(message) };
}

function bodyOf({ subject, data }: Delivered): { subject: string; bytes: Uint8Array } {
  return { subject, bytes: data };
}

import { setTimeout as delay } from "node:timers/promises";
import { AckPolicy, DeliverPolicy, type StoredMsg } from "@nats-io/jetstream";
import { PullReader, type PullSize } from "./pull-reader.js";
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

/**
 * What the server is asked for at once. It is busy with nothing else until it has sent that: of more, whoever watches
 * what happens meanwhile waits twice as long, and of less, a server that is far away would wait for us.
 */
const AT_ONCE: PullSize = { messages: 50, bytes: 4 * 1024 * 1024 };

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
  let reader: PullReader<Place> | undefined;
  try {
    while (next <= to && !signal.aborted) {
      try {
        reader ??= await openReader(log, next);
        for await (const places of withoutHoles(log, await reader.next(), next, to)) {
          next += places.length;
          yield places;
        }
      } catch (error) {
        if (log.nc.isClosed() || !isUnavailable(error)) throw error;
        reader?.close();
        reader = undefined;
        await delay(RETRY_MS, undefined, { signal }).catch(() => undefined);
      }
    }
  } finally {
    if (reader) await remove(log, reader);
  }
}

/** The next places, of which these have been delivered. */
async function* withoutHoles(
  log: Log,
  delivered: readonly Place[],
  from: number,
  to: number,
): AsyncGenerator<Place[], void> {
  let places: Place[] = [];
  let next = from;
  for (const place of delivered) {
    const { sequence } = place;
    if (sequence > to) break;
    if (sequence < next) continue;
    if (sequence > next) {
      if (places.length > 0) yield places;
      yield await lookUp(log, next, sequence - 1);
      places = [];
    }
    places.push(place);
    next = sequence + 1;
  }
  if (places.length > 0) yield places;
  // A replica that lags knows of none yet, or there are none: the leader decides.
  else if (next === from) yield await lookUp(log, from, from);
}

async function openReader(log: Log, from: number): Promise<PullReader<Place>> {
  const config = {
    ack_policy: AckPolicy.None,
    deliver_policy: DeliverPolicy.StartSequence,
    opt_start_seq: from,
    inactive_threshold: INACTIVE_MS * 1e6,
    mem_storage: true,
    num_replicas: 1,
  };
  const added = log.jsm.consumers.add(log.stream, config);
  const { name, stream_name: stream } = await log.connection.answer(added);
  return new PullReader(log, { stream, name }, AT_ONCE, deliveredPlace);
}

async function remove(log: Log, reader: PullReader<Place>): Promise<void> {
  reader.close();
  const { stream, name } = reader.consumer;
  // Where this fails, the server does it by itself in a while.
  await log.connection.answer(log.jsm.consumers.delete(stream, name)).catch(() => undefined);
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
  const at = deliveredAt(message);
  const record = recordOfDelivery(message, at);
  if (record) return { is: "event", sequence: record.sequence, record };
  return { is: "foreign", ...at, ...bodyOf(message) };
}

function storedPlace(message: StoredMsg): Place {
  const record = recordOfStored(message);
  if (record) return { is: "event", sequence: record.sequence, record };
  return { is: "foreign", ...storedAt(message), ...bodyOf(message) };
}

function bodyOf({ subject, data }: Delivered): { subject: string; bytes: Uint8Array } {
  return { subject, bytes: data };
}

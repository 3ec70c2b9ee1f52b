import { setTimeout as delay } from "node:timers/promises";
import type { StoredMsg } from "@nats-io/jetstream";
import { nanosOf, recordOfStored, type LogRecord } from "./record.js";
import type { Log } from "./stream.js";
import { isUnavailable } from "./unavailable.js";

/** Asked for at once. */
const BATCH = 1000;
const BATCH_BYTES = 4 * 1024 * 1024;
const RETRY_MS = 100;

/** What is at a sequence of the log. */
export type Place =
  | { is: "event"; sequence: number; record: LogRecord }
  /** A message that is no event. */
  | { is: "foreign"; sequence: number; subject: string; recordedAtNs: bigint; bytes: Uint8Array }
  /** Nothing, says the stream's leader. */
  | { is: "missing"; sequence: number };

/**
 * Every place of the log from one sequence to another, of all tenants, in order and without exception; what
 * is at hand comes together. Waits while NATS is away.
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
  while (next <= to && !signal.aborted) {
    try {
      const places = await readPlaces(log, next, to);
      next = (places.at(-1)?.sequence ?? next - 1) + 1;
      if (places.length > 0) yield places;
    } catch (error) {
      if (log.nc.isClosed() || !isUnavailable(error)) throw error;
      await delay(RETRY_MS, undefined, { signal }).catch(() => undefined);
    }
  }
}

async function readPlaces(log: Log, from: number, to: number): Promise<Place[]> {
  const places: Place[] = [];
  let next = from;
  for (const message of await readBatch(log, from)) {
    if (message.seq > to) break;
    places.push(...(await lookUp(log, next, message.seq - 1)), placeOf(message));
    next = message.seq + 1;
  }
  // A replica that lags knows of none yet, or there are none: the leader decides.
  if (next === from) places.push(...(await lookUp(log, from, from)));
  return places;
}

async function readBatch(log: Log, from: number): Promise<StoredMsg[]> {
  const query = { seq: from, batch: BATCH, max_bytes: BATCH_BYTES, next_by_subj: ">" };
  const messages: StoredMsg[] = [];
  try {
    const batch = await log.connection.answer(log.jsm.direct.getBatch(log.stream, query));
    // The client itself would wait for the rest for ever.
    const stopWatching = log.connection.onLost(() => {
      batch.stop();
    });
    try {
      for await (const message of batch) messages.push(message);
    } finally {
      stopWatching();
    }
  } catch (error) {
    // Past the end of what is there.
    if ((error as { code?: number }).code !== 404) throw error;
  }
  return messages;
}

/** What the stream's leader has at some places where a replica has shown none. */
async function lookUp(log: Log, from: number, to: number): Promise<Place[]> {
  if (from > to) return [];
  const { state } = await log.connection.answer(log.jsm.streams.info(log.stream));
  const places: Place[] = [];
  for (let sequence = from; sequence <= to; sequence++) {
    const query = { seq: sequence };
    const message =
      sequence < state.first_seq
        ? null
        : await log.connection.answer(log.jsm.streams.getMessage(log.stream, query));
    places.push(message ? placeOf(message) : { is: "missing", sequence });
  }
  return places;
}

function placeOf(message: StoredMsg): Place {
  const record = recordOfStored(message);
  if (record) return { is: "event", sequence: message.seq, record };
  const { seq: sequence, subject, timestamp, data: bytes } = message;
  return { is: "foreign", sequence, subject, recordedAtNs: nanosOf(timestamp), bytes };
}

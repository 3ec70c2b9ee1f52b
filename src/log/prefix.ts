import { LOG_SUBJECTS, type Log } from "./stream.js";
import { recordOfStored, type LogRecord } from "./record.js";

/** A message at the start of the log. */
export interface PrefixMessage {
  sequence: number;
  subject: string;
  /** The broker's clock, milliseconds since 1970. */
  recordedAtMs: number;
  /** About what it takes of the stream. */
  bytes: number;
  /** Undefined where it is not an event. */
  record: LogRecord | undefined;
}

/** How much of the log is looked at in one piece. */
const PIECE_MESSAGES = 500;
const PIECE_BYTES = 8 * 1024 * 1024;
const TIMEOUT_MS = 30_000;

/** Headers and what JetStream stores around a message, roughly. */
const OVERHEAD_BYTES = 100;

/** The first and last sequence of the log, and how large it is. */
export interface LogExtent {
  first: number;
  last: number;
  bytes: number;
}

/** As of now, from the stream's leader. */
export async function readExtent(log: Log): Promise<LogExtent> {
  const { state } = await log.connection.answer(log.jsm.streams.info(log.stream));
  return { first: Math.max(1, state.first_seq), last: state.last_seq, bytes: state.bytes };
}

/**
 * Some of the messages at and behind a sequence, in order, and none between them left out: fewer rather
 * than with a hole that the stream's leader does not confirm. Empty where there is none.
 *
 * @throws ConnectionLostError, or what the server says
 */
export async function readPrefix(log: Log, from: number): Promise<PrefixMessage[]> {
  const messages: PrefixMessage[] = [];
  let due = from;
  for (const message of await log.connection.answer(readBatch(log, from))) {
    // A batch is sent once: what got lost on the way would seem not to be there.
    if (message.sequence !== due && (await nextSequence(log, due)) !== message.sequence) break;
    messages.push(message);
    due = message.sequence + 1;
  }
  return messages;
}

/** Removes everything up to and including a sequence; how many that were. Once more, it is none. */
export async function purgeThrough(log: Log, sequence: number): Promise<number> {
  const { purged } = await log.connection.answer(
    log.jsm.streams.purge(log.stream, { seq: sequence + 1 }),
  );
  return purged;
}

async function readBatch(log: Log, from: number): Promise<PrefixMessage[]> {
  const query = { seq: from, batch: PIECE_MESSAGES, max_bytes: PIECE_BYTES };
  const batch = await log.jsm.direct.getBatch(log.stream, query);
  // The end of a batch is a message like any other, and can be lost.
  const timer = setTimeout(() => {
    batch.stop(new Error(`no end of ${PIECE_MESSAGES} messages from ${from} on`));
  }, TIMEOUT_MS);
  const stopWatching = log.connection.onLost(() => {
    batch.stop();
  });
  const messages: PrefixMessage[] = [];
  try {
    for await (const message of batch) {
      const { seq: sequence, subject, time, data } = message;
      const bytes = data.length + subject.length + OVERHEAD_BYTES;
      const record = recordOfStored(message);
      messages.push({ sequence, subject, recordedAtMs: time.getTime(), bytes, record });
    }
  } finally {
    clearTimeout(timer);
    stopWatching();
  }
  return messages;
}

/** The first sequence at or behind this one at which there is a message, as the leader knows it. */
async function nextSequence(log: Log, sequence: number): Promise<number | undefined> {
  // The server takes both members together; the client's type names them apart.
  const query = { seq: sequence, next_by_subj: LOG_SUBJECTS };
  const message = await log.connection.answer(log.jsm.streams.getMessage(log.stream, query));
  return message?.seq;
}

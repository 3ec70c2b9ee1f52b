import type { Log } from "./stream.js";
import { timelineSubjects, subjectOf } from "../envelope/scope.js";
import { recordOfStored, type LogRecord } from "./record.js";

/** First and last sequence of the log that are there now; `last` is 0 in an empty one. */
export interface LogBounds {
  first: number;
  last: number;
}

/** Asks the stream's leader. */
export async function readBounds(log: Log): Promise<LogBounds> {
  const { state } = await log.jsm.streams.info(log.stream);
  return { first: Math.max(1, state.first_seq), last: state.last_seq };
}

/** The newest event of a scope's own chain, from the stream's leader: never an outdated one. */
export async function readHead(
  log: Log,
  tenant: string,
  scope: string,
): Promise<LogRecord | undefined> {
  return readLast(log, subjectOf(tenant, scope));
}

export interface TimelineHeads {
  /** The newest event of the scope's own chain. */
  own: LogRecord | undefined;
  /** The newest event of all of the timeline. */
  newest: LogRecord | undefined;
}

/** The newest events of a timeline (empty path: of the tenant), from the stream's leader. */
export async function readTimelineHeads(
  log: Log,
  tenant: string,
  path: string,
): Promise<TimelineHeads> {
  const subjects = timelineSubjects(tenant, path);
  const [own, below] = await Promise.all(subjects.map((subject) => readLast(log, subject)));
  return { own, newest: (below?.sequence ?? 0) > (own?.sequence ?? 0) ? below : own };
}

async function readLast(log: Log, subject: string): Promise<LogRecord | undefined> {
  const message = await log.jsm.streams.getMessage(log.stream, { last_by_subj: subject });
  return message ? recordOfStored(message) : undefined;
}

/** The event at a sequence, or undefined where none is kept. Asks the stream's leader. */
export async function readAt(log: Log, sequence: number): Promise<LogRecord | undefined> {
  const message = await log.jsm.streams.getMessage(log.stream, { seq: sequence });
  return message ? recordOfStored(message) : undefined;
}

/** The first event of a subject at or after a sequence, and the sequence of the event it was appended behind. */
export interface FirstRecord {
  record: LogRecord;
  /** Undefined where the message does not say: it was not the first of its subject in its batch. */
  previousSequence: number | undefined;
}

/** Asks the stream's leader. */
export async function readFirst(
  log: Log,
  subject: string,
  from: number,
): Promise<FirstRecord | undefined> {
  // The server takes both members together; the client's type names them apart.
  const query = { seq: from, next_by_subj: subject };
  const message = await log.jsm.streams.getMessage(log.stream, query);
  if (!message) return undefined;
  const expected = message.header.get("Nats-Expected-Last-Subject-Sequence");
  return {
    record: recordOfStored(message),
    previousSequence: expected === "" ? undefined : Number(expected),
  };
}

/** The subject of every scope of a timeline that has events, with how many are kept. */
export async function readScopes(
  log: Log,
  tenant: string,
  path: string,
): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  for (const subject of timelineSubjects(tenant, path)) {
    const { state } = await log.jsm.streams.info(log.stream, { subjects_filter: subject });
    for (const [name, count] of Object.entries(state.subjects ?? {})) counts.set(name, count);
  }
  return counts;
}

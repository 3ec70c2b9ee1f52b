import type { Log } from "./stream.js";
import { timelineSubjects, subjectOf } from "../envelope/scope.js";
import { ForeignMessageError, recordOfStored, type LogRecord, type ScopeHead } from "./record.js";

/**
 * The newest event of a scope's own chain, from the stream's leader: never an outdated one.
 *
 * @throws ForeignMessageError when something else wrote behind it: nothing can be chained to that
 */
export async function readHead(
  log: Log,
  tenant: string,
  scope: string,
): Promise<LogRecord | undefined> {
  const last = await readLast(log, subjectOf(tenant, scope));
  if (last && !last.record) throw new ForeignMessageError(last.sequence, last.subject);
  return last?.record;
}

export interface TimelineHeads {
  /** The newest event of the scope's own chain. */
  own: ScopeHead | undefined;
  /** Sequence of the newest event of all of the timeline; 0 where there is none. */
  newest: number;
}

/** The newest events of a timeline (empty path: of the tenant), from the stream's leader. */
export async function readTimelineHeads(
  log: Log,
  tenant: string,
  path: string,
): Promise<TimelineHeads> {
  const subjects = timelineSubjects(tenant, path);
  const [own, below] = await Promise.all(subjects.map((subject) => readLast(log, subject)));
  // A foreign message counts for how far there is something to read; it is no event of the scope.
  return { own: own?.record, newest: Math.max(own?.sequence ?? 0, below?.sequence ?? 0) };
}

interface LastMessage {
  sequence: number;
  subject: string;
  /** Undefined where the message is not an event. */
  record: LogRecord | undefined;
}

async function readLast(log: Log, subject: string): Promise<LastMessage | undefined> {
  const message = await log.jsm.streams.getMessage(log.stream, { last_by_subj: subject });
  if (!message) return undefined;
  return { sequence: message.seq, subject: message.subject, record: recordOfStored(message) };
}

/** The event at a sequence, or undefined where none is. Asks the stream's leader. */
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
  const record = message && recordOfStored(message);
  if (!record) return undefined;
  const expected = message.header.get("Nats-Expected-Last-Subject-Sequence");
  return {
    record,
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

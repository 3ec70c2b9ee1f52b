import type { StoredMsg } from "@nats-io/jetstream";
import type { Hash } from "../envelope/hash.js";
import { peekEnvelope, type EnvelopePeek } from "./peek.js";
import { scopeOfSubject } from "../envelope/scope.js";

/** One stored message of the log: an envelope's bytes and where they stand. */
export interface LogRecord extends EnvelopePeek {
  /** JetStream stream sequence. */
  sequence: number;
  /** The broker's clock, milliseconds since 1970. */
  recordedAtMs: number;
  /** What it adds to that, 0 to 999,999. */
  recordedAtNanos: number;
  subject: string;
  tenant: string;
  /** The scope's path. */
  scope: string;
  /** The stored envelope, byte for byte. */
  bytes: Uint8Array;
}

/** What is known of the newest event of a scope, also when the event itself is trimmed. */
export type ScopeHead = Pick<LogRecord, "scope" | "sequence" | "index" | "hash" | "type">;

/** A message in the stream that Runtrail did not write. */
export class ForeignMessageError extends Error {
  override readonly name = "ForeignMessageError";
  constructor(
    readonly sequence: number,
    readonly subject: string,
  ) {
    super(
      `message ${sequence} on ${subject} is not an event envelope: something other than Runtrail writes to its stream`,
    );
  }
}

/** A message as a consumer delivers it, whichever way it was asked for. */
export interface Delivered {
  subject: string;
  reply?: string;
  data: Uint8Array;
}

/** Where a delivered message stands. */
export interface DeliveredAt {
  sequence: number;
  /** Among the consumer's deliveries. */
  delivery: number;
  recordedAtMs: number;
  recordedAtNanos: number;
}

const DOT = 0x2e;
const ZERO = 0x30;
const MILLION = 1_000_000;
/** Nanoseconds since 1970 have so many digits, and six more than milliseconds. */
const TIME_DIGITS = 19;
const MS_DIGITS = TIME_DIGITS - 6;

/** What the replies of one consumer all start with: the last one's. */
let replyStart = "";

/**
 * Reads what the server has written into the subject to reply to,
 * `$JS.ACK.<stream>.<consumer>.<deliveries>.<sequence>.<delivery>.<time>.<pending>`, or with domain and account
 * before the stream. The client library does it in double precision only, and takes it to pieces each time
 * that it is asked for one of them: this is on the way of every event.
 */
export function deliveredAt({ reply = "" }: Delivered): DeliveredAt {
  if (replyStart === "" || !reply.startsWith(replyStart)) {
    const words = reply.split(".");
    replyStart = `${words.slice(0, words.length === 9 ? 4 : 6).join(".")}.`;
  }
  let at = reply.indexOf(".", replyStart.length) + 1;
  const next = (): number => {
    let number = 0;
    for (let code = reply.charCodeAt(at); code !== DOT; code = reply.charCodeAt(at)) {
      number = number * 10 + code - ZERO;
      // Behind the end of what is no such subject there is no number either.
      if (Number.isNaN(number)) return number;
      at++;
    }
    at++;
    return number;
  };
  const sequence = next();
  const delivery = next();
  let recordedAtMs = 0;
  let recordedAtNanos = 0;
  for (let digit = 0; digit < TIME_DIGITS; digit++) {
    const value = reply.charCodeAt(at + digit) - ZERO;
    if (digit < MS_DIGITS) recordedAtMs = recordedAtMs * 10 + value;
    else recordedAtNanos = recordedAtNanos * 10 + value;
  }
  return { sequence, delivery, recordedAtMs, recordedAtNanos };
}

/**
 * Undefined where the message is not an envelope: a stream of events passes over it.
 *
 * @param at what {@link deliveredAt} says of it
 */
export function recordOfDelivery(
  message: Delivered,
  at: DeliveredAt = deliveredAt(message),
): LogRecord | undefined {
  return recordAt(message.subject, at, message.data);
}

/** Undefined where the message is not an envelope. */
export function recordOfStored(message: StoredMsg): LogRecord | undefined {
  return recordAt(message.subject, storedAt(message), message.data);
}

/** Where a message stands that was asked for by itself: its time is RFC 3339, UTC, with up to nine decimals. */
export function storedAt({ seq, timestamp }: StoredMsg): Omit<DeliveredAt, "delivery"> {
  const [, seconds = "", decimals = ""] = /^(.{19})(?:\.(\d{1,9}))?Z$/.exec(timestamp) ?? [];
  const nanos = Number(decimals.padEnd(9, "0"));
  return {
    sequence: seq,
    recordedAtMs: Date.parse(`${seconds}Z`) + Math.floor(nanos / MILLION),
    recordedAtNanos: nanos % MILLION,
  };
}

/** Undefined where the bytes are not an envelope. */
export function recordAt(
  subject: string,
  at: Omit<DeliveredAt, "delivery">,
  bytes: Uint8Array,
): LogRecord | undefined {
  const peek = peekEnvelope(bytes);
  if (!peek) return undefined;
  return new StoredRecord(placeOf(subject), at, bytes, peek);
}

/**
 * A class for V8's sake. Once it has seen that those of the ring live long, it would make all objects of a literal
 * among the old ones. Those that are read from history do not live long, but would hold on to their texts and bytes
 * there, and each collection of young objects would take 6 ms instead of 1.
 */
class StoredRecord implements LogRecord {
  readonly sequence: number;
  readonly recordedAtMs: number;
  readonly recordedAtNanos: number;
  readonly subject: string;
  readonly tenant: string;
  readonly scope: string;
  readonly id: string;
  readonly index: number;
  readonly type: string;
  readonly correlationId: string;
  readonly hash: Hash;

  constructor(
    place: Place,
    at: Omit<DeliveredAt, "delivery">,
    readonly bytes: Uint8Array,
    peek: EnvelopePeek,
  ) {
    this.sequence = at.sequence;
    this.recordedAtMs = at.recordedAtMs;
    this.recordedAtNanos = at.recordedAtNanos;
    this.subject = place.subject;
    this.tenant = place.tenant;
    this.scope = place.path;
    this.id = peek.id;
    this.index = peek.index;
    this.type = peek.type;
    this.correlationId = peek.correlationId;
    this.hash = peek.hash;
  }
}

interface Place {
  subject: string;
  tenant: string;
  path: string;
}

/** A scope has many events: what its subject says is worked out, and held, once. */
const places = new Map<string, Place>();
const MAX_PLACES = 20_000;

function placeOf(subject: string): Place {
  let place = places.get(subject);
  if (!place) {
    if (places.size >= MAX_PLACES) places.clear();
    place = { subject, ...scopeOfSubject(subject) };
    places.set(subject, place);
  }
  return place;
}

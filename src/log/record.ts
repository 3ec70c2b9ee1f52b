import type { JsMsg, StoredMsg } from "@nats-io/jetstream";
import { peekEnvelope, type EnvelopePeek } from "../envelope/peek.js";
import { scopeOfSubject } from "../envelope/scope.js";

/** One stored message of the log: an envelope's bytes and where they stand. */
export interface LogRecord extends EnvelopePeek {
  /** JetStream stream sequence. */
  sequence: number;
  /** The broker's clock, milliseconds since 1970. */
  recordedAtMs: number;
  /** The same in full, nanoseconds. */
  recordedAtNs: bigint;
  tenant: string;
  /** The scope's path. */
  scope: string;
  /** The stored envelope, byte for byte. */
  bytes: Uint8Array;
}

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

/** Undefined where the message is not an envelope: a stream of events passes over it. */
export function recordOfDelivery(message: JsMsg): LogRecord | undefined {
  return record(message.subject, message.seq, message.timestampNanos, message.data);
}

/** Undefined where the message is not an envelope. */
export function recordOfStored(message: StoredMsg): LogRecord | undefined {
  return record(message.subject, message.seq, nanosOf(message.timestamp), message.data);
}

/** Nanoseconds since 1970 of a time as NATS writes it: RFC 3339, UTC, with up to nine decimals. */
export function nanosOf(timestamp: string): bigint {
  const [, seconds = "", decimals = ""] = /^(.{19})(?:\.(\d{1,9}))?Z$/.exec(timestamp) ?? [];
  return BigInt(Date.parse(`${seconds}Z`)) * 1_000_000n + BigInt(decimals.padEnd(9, "0"));
}

function record(
  subject: string,
  sequence: number,
  timeNs: bigint,
  bytes: Uint8Array,
): LogRecord | undefined {
  const peek = peekEnvelope(bytes);
  if (!peek) return undefined;
  const { tenant, path } = scopeOfSubject(subject);
  return {
    sequence,
    recordedAtMs: Number(timeNs / 1_000_000n),
    recordedAtNs: timeNs,
    tenant,
    scope: path,
    bytes,
    id: peek.id,
    index: peek.index,
    type: peek.type,
    correlationId: peek.correlationId,
    hash: peek.hash,
  };
}

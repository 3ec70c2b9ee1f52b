import type { Hash } from "./hash.js";

export type JsonValue =
  null | boolean | number | string | JsonValue[] | { [key: string]: JsonValue };
export type JsonObject = Record<string, JsonValue>;

/** On whose behalf an event was emitted. */
export interface Actor {
  subject: string;
  scopes?: string[];
}

/**
 * One event as it is stored, format version 1. The stored bytes are the canonical JSON of this object,
 * `hash` included; nothing that an auditor needs lives outside it.
 */
export interface EventEnvelope<Type extends string = string, Payload = JsonObject> {
  v: 1;
  /** Unique in its scope: the idempotency key. UUIDv7 unless the producer chose one. */
  id: string;
  /** dot.case, e.g. `job.completed`. */
  type: Type;
  /** The name of the log, e.g. `runtrail.example/prod`: an event cannot be replayed into another one. */
  origin: string;
  tenant: string;
  /** The scope's path, e.g. `runs/r-42/jobs/build`. */
  scope: string;
  /** Position in the scope's chain: 1, 2, 3 … without a hole. */
  index: number;
  /** `hash` of the scope's event `index − 1`; null at index 1. */
  prev: Hash | null;
  /** Ties the events of one business transaction together across scopes. */
  correlationId: string;
  /** `id` of the event or command that caused this one. */
  causationId?: string;
  /** W3C trace context. */
  traceparent?: string;
  /** The producer's clock: RFC 3339, UTC, milliseconds, `Z`. */
  occurredAt: string;
  /** Who emitted it, e.g. `runner/host-3`. */
  source: string;
  actor?: Actor;
  payload: Payload;
  /** SHA-256 of the canonical form of all the other members. */
  hash: Hash;
}

/** Where a stored event stands. The broker's sequence and time are not in the envelope: nobody knows them before the append. */
export interface StoredEvent {
  /** The JetStream stream sequence: the order of the whole log. */
  sequence: number;
  /** The broker's clock: RFC 3339, UTC, milliseconds. */
  recordedAt: string;
  event: EventEnvelope;
}

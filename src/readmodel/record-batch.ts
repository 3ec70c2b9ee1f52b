import { scopeOfSubject } from "../envelope/scope.js";
import type { LogRecord } from "../log/record.js";
import { PackedFacts, unpackEvents, type PackedEvents } from "./packed-events.js";

/** What is indexed of an event: where it is, and its envelope. */
export type IndexedRecord = Pick<
  LogRecord,
  "sequence" | "recordedAtMs" | "recordedAtNanos" | "subject" | "tenant" | "scope" | "bytes"
>;

/** A batch is full when it has so many events or bytes. */
const MOST_EVENTS = 20_000;
const MOST_BYTES = 8 * 1024 * 1024;

/** Room for what makes a batch full, and more than that; and for the few events that have just been appended. */
const BUFFER_BYTES = MOST_BYTES + 1024 * 1024;
const FEW_BYTES = 64 * 1024;

/** Gathers events until they are handed over. Nothing is held of those that are gathered but what is packed. */
export class RecordPacker {
  readonly #facts = new PackedFacts();
  #bytes = new Uint8Array(FEW_BYTES);
  #end = 0;
  /** As large as a full batch needs. */
  #spare: ArrayBuffer[] = [];

  get isEmpty(): boolean {
    return this.#facts.count === 0;
  }

  /** Whether it has all that a batch should have. */
  get isFull(): boolean {
    return this.#facts.count >= MOST_EVENTS || this.#end >= MOST_BYTES;
  }

  add(record: IndexedRecord): void {
    const { bytes, subject } = record;
    const end = this.#end + bytes.length;
    if (end > this.#bytes.length) this.#grow(end);
    this.#bytes.set(bytes, this.#end);
    this.#end = end;
    this.#facts.add(record, subject, end);
  }

  /** All of them, by their subjects; it goes on with none. */
  take(): PackedEvents {
    const batch = { ...this.#facts.take(), bytes: this.#bytes.buffer };
    this.#bytes = new Uint8Array(this.#spare.pop() ?? new ArrayBuffer(FEW_BYTES));
    this.#end = 0;
    return batch;
  }

  /** Takes the memory of a batch that nobody reads any more: to allocate it again would be left to the collector. */
  recycle(buffer: ArrayBuffer): void {
    if (buffer.byteLength >= BUFFER_BYTES) this.#spare.push(buffer);
  }

  /** Few events are to come. */
  shrink(): void {
    this.#spare = [];
    this.#bytes = this.#bytes.slice(0, Math.max(this.#end, FEW_BYTES));
  }

  #grow(bytes: number): void {
    const grown = new Uint8Array(Math.max(bytes, BUFFER_BYTES));
    grown.set(this.#bytes.subarray(0, this.#end));
    this.#bytes = grown;
  }
}

/** The events of a batch, one at a time. */
export function* unpackRecords(batch: PackedEvents): Generator<IndexedRecord> {
  const places = batch.names.map((subject) => {
    const { tenant, path } = scopeOfSubject(subject);
    return { subject, tenant, scope: path };
  });
  for (const { sequence, recordedAtMs, recordedAtNanos, name, bytes } of unpackEvents(batch)) {
    const place = places[name];
    if (!place) throw new Error("a batch names the subject of each event");
    const { subject, tenant, scope } = place;
    yield { sequence, recordedAtMs, recordedAtNanos, subject, tenant, scope, bytes };
  }
}

import { scopeOfSubject } from "../envelope/scope.js";
import type { LogRecord } from "../log/record.js";

/** What is indexed of an event: where it is, and its envelope. */
export type IndexedRecord = Pick<
  LogRecord,
  "sequence" | "recordedAtMs" | "recordedAtNanos" | "subject" | "tenant" | "scope" | "bytes"
>;

/** Events that follow each other in the log, in a form that costs little to hand over to another thread. */
export interface RecordBatch {
  /** The subjects that {@link facts} speak of. */
  subjects: string[];
  /** Of each event its sequence, when it was recorded, the place of its subject, and where its bytes end. */
  facts: Float64Array<ArrayBuffer>;
  /** The envelopes, one behind the other, and room that was not needed. */
  buffer: ArrayBuffer;
}

/** Numbers an event. */
const FACTS = 5;

/** A batch is full when it has so many events or bytes. */
const MOST_EVENTS = 20_000;
const MOST_BYTES = 8 * 1024 * 1024;

/** Room for what makes a batch full, and more than that; and for the few events that have just been appended. */
const BUFFER_BYTES = MOST_BYTES + 1024 * 1024;
const FEW_BYTES = 64 * 1024;

/** Gathers events until they are handed over. Nothing is held of those that are gathered but what is packed. */
export class RecordPacker {
  readonly #places = new Map<string, number>();
  #facts: number[] = [];
  #bytes = new Uint8Array(FEW_BYTES);
  #end = 0;
  /** As large as a full batch needs. */
  #spare: ArrayBuffer[] = [];

  get isEmpty(): boolean {
    return this.#facts.length === 0;
  }

  /** Whether it has all that a batch should have. */
  get isFull(): boolean {
    return this.#facts.length >= MOST_EVENTS * FACTS || this.#end >= MOST_BYTES;
  }

  add({ sequence, recordedAtMs, recordedAtNanos, subject, bytes }: IndexedRecord): void {
    let place = this.#places.get(subject);
    if (place === undefined) this.#places.set(subject, (place = this.#places.size));
    const end = this.#end + bytes.length;
    if (end > this.#bytes.length) this.#grow(end);
    this.#bytes.set(bytes, this.#end);
    this.#end = end;
    this.#facts.push(sequence, recordedAtMs, recordedAtNanos, place, end);
  }

  /** All of them; it goes on with none. */
  take(): RecordBatch {
    const batch = {
      subjects: [...this.#places.keys()],
      facts: Float64Array.from(this.#facts),
      buffer: this.#bytes.buffer,
    };
    this.#places.clear();
    this.#facts = [];
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

/** One at a time: what nobody holds any more costs the collector nothing. */
export function* unpackRecords({ subjects, facts, buffer }: RecordBatch): Generator<IndexedRecord> {
  const places = subjects.map((subject) => {
    const { tenant, path } = scopeOfSubject(subject);
    return { subject, tenant, scope: path };
  });
  let start = 0;
  for (let at = 0; at < facts.length;) {
    const sequence = facts[at++] ?? 0;
    const recordedAtMs = facts[at++] ?? 0;
    const recordedAtNanos = facts[at++] ?? 0;
    const place = places[facts[at++] ?? 0];
    const end = facts[at++] ?? 0;
    if (!place) throw new Error("a batch names the subject of each event");
    const { subject, tenant, scope } = place;
    const bytes = new Uint8Array(buffer, start, end - start);
    yield { sequence, recordedAtMs, recordedAtNanos, subject, tenant, scope, bytes };
    start = end;
  }
}

import { leafTime, type EventLeaf } from "../audit/leaf.js";
import type { LogRecord } from "../log/record.js";

/** So many leaves are handed over together: one by one would cost more than what is done with them. */
const CAPACITY = 1024;

/** `sha256:` and 64 digits: as text both threads take it for less than as 32 bytes. */
const HASH_LENGTH = 71;

/** What a leaf is made of, and no more. */
type LeafSource = Pick<
  LogRecord,
  "sequence" | "hash" | "subject" | "recordedAtMs" | "recordedAtNanos"
>;

/** Some leaves of events that follow each other, a column for each of their facts. */
export interface LeafColumns {
  /** Of the first. */
  sequence: number;
  count: number;
  hashes: Uint8Array<ArrayBuffer>;
  recordedAtMs: Float64Array<ArrayBuffer>;
  recordedAtNanos: Uint32Array<ArrayBuffer>;
  /** Those that there are, and of each leaf which of them it has. */
  subjects: string[];
  subjectAt: Uint16Array<ArrayBuffer>;
}

/**
 * Gathers leaves for another thread, in memory that changes hands as it is. As objects or texts they would
 * be copied twice, and live long enough to be a burden to the garbage collectors of both threads.
 */
export class LeafBatch {
  #columns = emptyColumns();
  /** The columns' hashes, as what can be written to. */
  #hashes = Buffer.from(this.#columns.hashes.buffer);
  #subjects = new Map<string, number>();

  get size(): number {
    return this.#columns.count;
  }

  get isFull(): boolean {
    return this.size === CAPACITY;
  }

  /** Adds the next leaf; to be emptied when it is full. */
  add({ sequence, hash, subject, recordedAtMs, recordedAtNanos }: LeafSource): void {
    const columns = this.#columns;
    const at = columns.count++;
    if (at === 0) columns.sequence = sequence;
    this.#hashes.write(hash, at * HASH_LENGTH, "latin1");
    columns.recordedAtMs[at] = recordedAtMs;
    columns.recordedAtNanos[at] = recordedAtNanos;
    let place = this.#subjects.get(subject);
    if (place === undefined) {
      place = columns.subjects.push(subject) - 1;
      this.#subjects.set(subject, place);
    }
    columns.subjectAt[at] = place;
  }

  /** What has been added, and which of its memory can be handed over. */
  take(): { columns: LeafColumns; memory: ArrayBuffer[] } {
    const columns = this.#columns;
    this.#columns = emptyColumns();
    this.#hashes = Buffer.from(this.#columns.hashes.buffer);
    this.#subjects = new Map();
    const { hashes, recordedAtMs, recordedAtNanos, subjectAt } = columns;
    const memory = [hashes, recordedAtMs, recordedAtNanos, subjectAt].map(({ buffer }) => buffer);
    return { columns, memory };
  }
}

function emptyColumns(): LeafColumns {
  return {
    sequence: 0,
    count: 0,
    hashes: new Uint8Array(CAPACITY * HASH_LENGTH),
    recordedAtMs: new Float64Array(CAPACITY),
    recordedAtNanos: new Uint32Array(CAPACITY),
    subjects: [],
    subjectAt: new Uint16Array(CAPACITY),
  };
}

/** The leaves that were gathered. */
export function* leavesOf(columns: LeafColumns): Generator<EventLeaf> {
  const { hashes, recordedAtMs, recordedAtNanos, subjects, subjectAt } = columns;
  const bytes = Buffer.from(hashes.buffer);
  for (let at = 0; at < columns.count; at++) {
    const end = (at + 1) * HASH_LENGTH;
    yield {
      hash: bytes.toString("latin1", at * HASH_LENGTH, end),
      sequence: columns.sequence + at,
      subject: subjects[subjectAt[at] ?? 0] ?? "",
      time: leafTime(recordedAtMs[at] ?? 0, recordedAtNanos[at] ?? 0),
    };
  }
}

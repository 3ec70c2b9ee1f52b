import { subjectOf } from "../envelope/scope.js";
import type { HistoryIndex, HistoryPiece, HistoryQuery } from "../log/history-index.js";
import { recordAt, type LogRecord } from "../log/record.js";
import { FACTS, type PackedEvents } from "./history-query.js";
import { HistoryThread } from "./history-thread.js";
import { ReadModelError } from "./query-thread.js";

/** What belongs to a read model. */
interface Source {
  file: string;
  /** How far the log is in it. */
  position: () => number;
  /** Told that only a new file helps. */
  onDamage: () => void;
}

/** Events of timelines, as a read model has them: byte for byte as they are in the log. */
export class ReadModelHistory implements HistoryIndex {
  readonly #source: Source;
  #thread: HistoryThread | undefined;

  constructor(source: Source) {
    this.#source = source;
  }

  get position(): number {
    return this.#thread ? this.#source.position() : 0;
  }

  /** There is a file now, or another one: who waits for a piece of the one before gets none. */
  reopen(): void {
    void this.#thread?.close();
    this.#thread = new HistoryThread(this.#source.file);
  }

  async close(): Promise<void> {
    const thread = this.#thread;
    this.#thread = undefined;
    await thread?.close();
  }

  async read(query: HistoryQuery, signal: AbortSignal): Promise<HistoryPiece | undefined> {
    const thread = this.#thread;
    try {
      const packed = await thread?.read(query, signal);
      return packed && { ...packed, records: recordsOf(query.tenant, packed) };
    } catch (error) {
      if (!(error instanceof ReadModelError)) throw error;
      // Said once, by whoever finds it first: others that have read the same file come later.
      if (error.isDamaged && thread === this.#thread) {
        await this.close();
        this.#source.onDamage();
      }
      return undefined;
    }
  }
}

function recordsOf(tenant: string, { scopes, facts, bytes }: PackedEvents): LogRecord[] {
  const subjects = scopes.map((scope) => subjectOf(tenant, scope));
  const records: LogRecord[] = [];
  let start = 0;
  for (let at = 0; at < facts.length; at += FACTS) {
    const [sequence = 0, recordedAtMs = 0, recordedAtNanos = 0, scope = 0, end = 0] =
      facts.subarray(at, at + FACTS);
    const envelope = Buffer.from(bytes, start, end - start);
    const place = { sequence, recordedAtMs, recordedAtNanos };
    const record = recordAt(subjects[scope] ?? "", place, envelope);
    // Only envelopes are stored.
    if (!record) throw new ReadModelError(`what it has at ${sequence} is no event`, true);
    records.push(record);
    start = end;
  }
  return records;
}

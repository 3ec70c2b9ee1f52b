import { subjectOf } from "../envelope/scope.js";
import type {
  HistoryIndex,
  HistoryPiece,
  HistoryQuery,
  IndexedHeads,
} from "../log/history-index.js";
import { recordAt, type LogRecord } from "../log/record.js";
import { LateAnswerError, ReadModelError } from "./asked-thread.js";
import type { PackedPiece } from "./history-query.js";
import { HistoryThread } from "./history-thread.js";
import { unpackEvents } from "./packed-events.js";
import type { SharedFile } from "./shared-file.js";

/** What belongs to a read model. */
interface Source {
  file: SharedFile;
  /** How far the log is in it. */
  position: () => number;
  /** How long a piece may take. */
  answerMs: number;
  /** Told that only a new file helps. */
  onDamage: () => void;
}

/** Events of timelines, as a read model has them: byte for byte as they are in the log. */
export class ReadModelHistory implements HistoryIndex {
  readonly #source: Source;
  #thread: HistoryThread | undefined;
  #lateAnswers = 0;

  constructor(source: Source) {
    this.#source = source;
  }

  get position(): number {
    return this.#thread ? this.#source.position() : 0;
  }

  /** How many times it was not read in time, and the log was read instead. */
  get lateAnswers(): number {
    return this.#lateAnswers;
  }

  /** There is a file now, or another one: who waits for a piece of the one before gets none. */
  reopen(): void {
    void this.#thread?.close();
    this.#thread = new HistoryThread(this.#source.file, this.#source.answerMs);
  }

  async close(): Promise<void> {
    const thread = this.#thread;
    this.#thread = undefined;
    await thread?.close();
  }

  read(query: HistoryQuery, signal: AbortSignal): Promise<HistoryPiece | undefined> {
    return this.#ask(async (thread) => {
      const packed = await thread.read(query, signal);
      return packed && { ...packed, records: recordsOf(query.tenant, packed) };
    });
  }

  heads(tenant: string, path: string): Promise<IndexedHeads | undefined> {
    return this.#ask((thread) => thread.heads(tenant, path));
  }

  async #ask<Answer>(ask: (thread: HistoryThread) => Promise<Answer>): Promise<Answer | undefined> {
    const thread = this.#thread;
    try {
      return thread && (await ask(thread));
    } catch (error) {
      if (!(error instanceof ReadModelError)) throw error;
      if (error instanceof LateAnswerError) this.#lateAnswers++;
      // Said once, by whoever finds it first: others that have read the same file come later.
      if (error.isDamaged && thread === this.#thread) {
        await this.close();
        this.#source.onDamage();
      }
      return undefined;
    }
  }
}

function recordsOf(tenant: string, piece: PackedPiece): LogRecord[] {
  const subjects = piece.names.map((scope) => subjectOf(tenant, scope));
  return Array.from(unpackEvents(piece), (event) => {
    const record = recordAt(subjects[event.name] ?? "", event, event.bytes);
    // Only envelopes are stored.
    if (!record) throw new ReadModelError(`what it has at ${event.sequence} is no event`, true);
    return record;
  });
}

import {
  DiscardPolicy,
  RetentionPolicy,
  StorageType,
  StoreCompression,
  type StoredMsg,
} from "@nats-io/jetstream";
import { commit, MAX_BATCH, type CommitMessage, type CommitResult } from "./commit.js";
import { ensureStream } from "./ensure-stream.js";
import type { Log } from "./stream.js";

const SUBJECT_PREFIX = "seal.";
const SUBJECTS = `${SUBJECT_PREFIX}>`;
const COMMIT_TIMEOUT_MS = 10_000;

/** Something that is kept under a name; a later one of the same name takes its place. */
export interface Entry {
  name: string;
  text: string | Uint8Array;
}

export interface StoredEntry {
  name: string;
  text: string;
  bytes: Uint8Array;
  /** Changes with each change of the entry. */
  revision: number;
}

/** The stream that seals are kept in is that of another log. */
export class UnfitSealStoreError extends Error {
  override readonly name = "UnfitSealStoreError";
  constructor(stream: string, found: string | undefined, origin: string) {
    super(
      `stream ${stream} holds the seals of ${found ?? "nobody"}, not of ${origin}: ` +
        "a log keeps its origin for ever; use another RUNTRAIL_STREAM for another log",
    );
  }
}

/**
 * Where everything that is sealed is kept: a JetStream stream beside the log's, which outlives the events'
 * retention. Names are dot-separated; each has one entry, the newest.
 */
export class SealStore {
  readonly #log: Log;
  readonly #stream: string;

  private constructor(log: Log, stream: string) {
    this.#log = log;
    this.#stream = stream;
  }

  /**
   * Opens the store of a log, creating its stream when there is none.
   *
   * @throws UnfitSealStoreError
   */
  static async open(log: Log, replicas: number): Promise<SealStore> {
    const stream = `${log.stream}-SEALS`;
    const config = await ensureStream(log.jsm, {
      name: stream,
      subjects: [SUBJECTS],
      storage: StorageType.File,
      retention: RetentionPolicy.Limits,
      // Of each name the newest; nothing else is ever dropped.
      max_msgs_per_subject: 1,
      discard: DiscardPolicy.Old,
      num_replicas: replicas,
      allow_atomic: true,
      deny_delete: true,
      compression: StoreCompression.S2,
      metadata: { "runtrail.origin": log.origin },
    });
    const origin = config.metadata?.["runtrail.origin"];
    if (origin !== log.origin) throw new UnfitSealStoreError(stream, origin, log.origin);
    return new SealStore(log, stream);
  }

  /** The entry of a name, from the stream's leader: never an outdated one. */
  async read(name: string): Promise<StoredEntry | undefined> {
    const request = this.#log.jsm.streams.getMessage(this.#stream, {
      last_by_subj: SUBJECT_PREFIX + name,
    });
    const message = await this.#log.connection.answer(request);
    return message ? storedEntry(message) : undefined;
  }

  /** The first entry at or after a revision whose name starts with `<prefix>.`. */
  async readNext(prefix: string, revision: number): Promise<StoredEntry | undefined> {
    // The server takes both members together; the client's type names them apart.
    const query = { seq: revision, next_by_subj: `${SUBJECT_PREFIX}${prefix}.>` };
    const message = await this.#log.connection.answer(
      this.#log.jsm.streams.getMessage(this.#stream, query),
    );
    return message ? storedEntry(message) : undefined;
  }

  /** The revision of the newest entry of all. */
  async newestRevision(): Promise<number> {
    const { state } = await this.#log.connection.answer(this.#log.jsm.streams.info(this.#stream));
    return state.last_seq;
  }

  /**
   * Stores all entries or none, at most {@link MAX_BATCH}.
   *
   * @param expected the revision that the first of them must still have; 0: it must not exist
   */
  commit(entries: readonly Entry[], expected: number): Promise<CommitResult> {
    return this.#store(entries, expected);
  }

  /** Stores entries, whatever there was, in as many batches as it takes. */
  async put(entries: readonly Entry[]): Promise<void> {
    for (let at = 0; at < entries.length; at += MAX_BATCH) {
      const result = await this.#store(entries.slice(at, at + MAX_BATCH), undefined);
      if (result.outcome !== "committed") throw new SealsNotStoredError(result);
    }
  }

  /** @param expected the revision of the first; undefined: any */
  #store(entries: readonly Entry[], expected: number | undefined): Promise<CommitResult> {
    const messages = entries.map(({ name, text }, i): CommitMessage => ({
      subject: SUBJECT_PREFIX + name,
      text,
      expectedSequence: i === 0 ? expected : undefined,
    }));
    return commit(this.#log, messages, COMMIT_TIMEOUT_MS);
  }
}

function storedEntry(message: StoredMsg): StoredEntry {
  const { subject, seq: revision, data: bytes } = message;
  return {
    name: subject.slice(SUBJECT_PREFIX.length),
    // Nearly all are read as one of the two; the other is not made then.
    get text() {
      return Buffer.from(bytes).toString();
    },
    bytes,
    revision,
  };
}

/** What was to be stored may not be. */
export class SealsNotStoredError extends Error {
  override readonly name = "SealsNotStoredError";
  constructor(result: Exclude<CommitResult, { outcome: "committed" }>) {
    const why = result.outcome === "refused" ? `: ${result.description}` : "";
    super(`the seals could not be stored (${result.outcome}${why})`, {
      cause: result.outcome === "unknown" ? result.cause : undefined,
    });
  }
}

import { stat } from "node:fs/promises";
import type { TimelineState } from "../projections/timeline-state.js";
import { LateAnswerError, ReadModelError, type AnswerOf, type ValuesOf } from "./asked-thread.js";
import { filesOf } from "./files.js";
import { ReadModelHistory } from "./history.js";
import { IndexThread, type Extent, type IndexNews, type IndexSource } from "./index-thread.js";
import type { Answer, LatestRun, Queries } from "./queries.js";
import { startQueryThread, type QueryName, type QueryThread } from "./query-thread.js";
import { sharedFile, type SharedFile } from "./shared-file.js";
import { TROUBLE_STATES, type Trouble } from "./trouble.js";
import type { LogsPage } from "./log-search.js";
import type { LogsRequest } from "./logs-request.js";
import type { RunsPage, RunsRequest } from "./run-list.js";
import type { Stats, StatsRequest } from "./workflow-stats.js";

/** So long a question waits for the read model to be opened. */
const OPENING_MS = 5000;

/** So long a piece of history may take, which is milliseconds even where all of it must be fetched from a disk. */
const PIECE_MS = 5000;

/** What it is made from, and where. */
export type ReadModelSource = Omit<IndexSource, "file"> & { file: string };
/** `opening`: it cannot be asked yet. `following`: it takes in what the log has. Else it does not go on. */
export const READ_MODEL_STATES = ["opening", "following", ...TROUBLE_STATES] as const;
export type ReadModelState = (typeof READ_MODEL_STATES)[number];

/** How it is with a read model. */
export interface ReadModelStatus {
  state: ReadModelState;
  /** The log is in it up to this sequence. */
  position: number;
  /** Why it does not go on; it is tried again, and what is in it can be asked meanwhile. */
  trouble: string | undefined;
}

/**
 * The log, as a database that can be asked: what a scope was like at any time, which runs there are. It is made
 * from the log and nothing else, so it can be thrown away at any time; it lags behind the log by milliseconds,
 * and every answer says how far it had got. Neither writing nor reading it keeps events waiting.
 */
export class ReadModel {
  /** The events that it is made of. */
  readonly history: ReadModelHistory;
  readonly #file: SharedFile;
  readonly #index: IndexThread;
  readonly #answerMs: number;
  readonly #onTrouble: (reason: string | undefined) => void;
  #queries: QueryThread | undefined;
  #position = 0;
  #usedBytes = 0;
  #trouble: Trouble | undefined;
  #lateAnswers = 0;
  /** Called whenever there is news. */
  readonly #listeners = new Set<() => void>();

  /**
   * @param onTrouble told why it does not go on, whenever that is another reason than before; undefined: it goes on
   * @param answerMs how long an answer may take
   */
  constructor(
    source: ReadModelSource,
    onTrouble: (reason: string | undefined) => void,
    answerMs: number,
  ) {
    this.#file = sharedFile(source.file);
    this.#answerMs = answerMs;
    this.#onTrouble = onTrouble;
    this.history = new ReadModelHistory({
      file: this.#file,
      answerMs: PIECE_MS,
      position: () => this.#position,
      onDamage: () => {
        this.rebuild();
      },
    });
    this.#index = new IndexThread({ ...source, file: this.#file }, (news) => {
      this.#hear(news);
    });
  }

  get status(): ReadModelStatus {
    const state = this.#trouble?.state ?? (this.#queries ? "following" : "opening");
    return { state, position: this.#position, trouble: this.#trouble?.reason };
  }

  /** How much of its file is in use: the rest is taken before the file grows. */
  get usedBytes(): number {
    return this.#usedBytes;
  }

  /** How much its files take on the disk, the write-ahead log included. */
  async fileBytes(): Promise<number> {
    const sizes = filesOf(this.#file.path).map(async (file) => {
      // Each of them may be gone, or not there yet.
      const found = await stat(file).catch(() => undefined);
      return found?.size ?? 0;
    });
    return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
  }

  /** How many answers have not come in time, those to readers of history included. */
  get lateAnswers(): number {
    return this.#lateAnswers + this.history.lateAnswers;
  }

  /**
   * What a scope and everything below it add up to; undefined where it has no event.
   *
   * @param at after the event at this sequence, or before where there is none of it; default: now
   * @throws ReadModelError when it cannot be read now
   */
  state(tenant: string, path: string, at?: number): Promise<Answer<TimelineState | undefined>> {
    return this.#ask("state", tenant, path, at);
  }

  /** Runs, newest first. @throws ReadModelError when it cannot be read now */
  runs(tenant: string, request: RunsRequest): Promise<Answer<RunsPage>> {
    return this.#ask("runs", tenant, request);
  }

  /** Log entries, each by itself. @throws ReadModelError when it cannot be read now */
  logs(tenant: string, request: LogsRequest): Promise<Answer<LogsPage>> {
    return this.#ask("logs", tenant, request);
  }

  /** The newest run of a workflow. @throws ReadModelError when it cannot be read now */
  latestRun(...request: Parameters<Queries["latestRun"]>): Promise<Answer<LatestRun | undefined>> {
    return this.#ask("latestRun", ...request);
  }

  /** Runs, counted by workflow. @throws ReadModelError when it cannot be read now */
  stats(tenant: string, request: StatsRequest): Promise<Answer<Stats>> {
    return this.#ask("stats", tenant, request);
  }

  /** Whether the log up to a sequence is in the read model, at once or before the signal aborts. */
  async reached(sequence: number, signal: AbortSignal): Promise<boolean> {
    while (this.#position < sequence && !signal.aborted) await this.#news(signal);
    return this.#position >= sequence;
  }

  /** Makes it anew from the log. Until it has caught up, answers are of how far it has got. */
  rebuild(): void {
    this.#index.rebuild();
  }

  async close(): Promise<void> {
    await this.#index.close();
    await this.#queries?.close();
    await this.history.close();
  }

  async #ask<Name extends QueryName>(
    name: Name,
    ...values: ValuesOf<Queries[Name]>
  ): Promise<AnswerOf<Queries[Name]>> {
    const queries = await this.#opened();
    try {
      return await queries.ask(name, ...values);
    } catch (error) {
      if (error instanceof LateAnswerError) this.#lateAnswers++;
      if (error instanceof ReadModelError && error.isDamaged) this.rebuild();
      throw error;
    }
  }

  /** Right after the start it takes a moment until there is something to ask. */
  async #opened(): Promise<QueryThread> {
    if (!this.#queries && !this.#trouble) await this.#news(AbortSignal.timeout(OPENING_MS));
    if (!this.#queries) throw new ReadModelError(this.#trouble?.reason ?? "it is being opened");
    return this.#queries;
  }

  /** Resolves when something has changed, or the signal aborts. */
  #news(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        this.#listeners.delete(done);
        signal.removeEventListener("abort", done);
        resolve();
      };
      this.#listeners.add(done);
      signal.addEventListener("abort", done);
    });
  }

  #hear(news: IndexNews): void {
    switch (news.is) {
      case "opened":
        // The file may be another one than before.
        void this.#queries?.close();
        this.#queries = startQueryThread(this.#file, this.#answerMs);
        this.history.reopen();
        this.#reach(news);
        break;
      case "position":
        this.#reach(news);
        break;
      case "removed":
        void this.#queries?.close();
        this.#queries = undefined;
        void this.history.close();
        this.#position = 0;
        this.#usedBytes = 0;
        break;
      case "trouble":
        this.#be({ state: news.state, reason: news.reason });
    }
    for (const listener of [...this.#listeners]) listener();
  }

  #reach({ position, usedBytes }: Extent): void {
    this.#position = position;
    this.#usedBytes = usedBytes;
    this.#be(undefined);
  }

  #be(trouble: Trouble | undefined): void {
    const isNew = trouble?.reason !== this.#trouble?.reason;
    this.#trouble = trouble;
    // Not each time that it is tried again.
    if (isNew) this.#onTrouble(trouble?.reason);
  }
}

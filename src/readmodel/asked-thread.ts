import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import type { SharedFile } from "./shared-file.js";

/** The read model could not be read. */
export class ReadModelError extends Error {
  override readonly name: string = "ReadModelError";
  constructor(
    message: string,
    /** The file is not what it should be, so that only a new one helps. */
    readonly isDamaged = false,
  ) {
    super(message);
  }
}

/** It was not answered in time. */
export class LateAnswerError extends ReadModelError {
  override readonly name = "LateAnswerError";
}

/** The names of what can be asked. */
export type NameOf<Queries> = {
  [Name in keyof Queries]: Queries[Name] extends Ask ? Name : never;
}[keyof Queries] &
  string;
type Ask = (...values: never[]) => unknown;
export type ValuesOf<Query> = Query extends (...values: infer Values) => unknown ? Values : never;
export type AnswerOf<Query> = Query extends (...values: never[]) => infer Answer ? Answer : never;

/** A question, and its answer. */
export interface Question {
  id: number;
  name: string;
  values: unknown[];
}
export type Reply = { id: number } & ({ answer: unknown } | { error: string; isDamaged: boolean });

/** What a thread is given. */
export interface ThreadData {
  file: SharedFile;
  /** Not 0: nobody waits for an answer any more. */
  isLeft: Int32Array<SharedArrayBuffer>;
}

interface Asked {
  atMs: number;
  timer: NodeJS.Timeout;
  resolve: (answer: unknown) => void;
  reject: (cause: ReadModelError) => void;
}

/** Questions that wait for their answer; more are refused. */
const MAX_WAITING = 1000;

const ENDED = "the thread that reads it has ended";

/** After a thread has ended, so long nobody is answered. */
const PAUSE_MS = 1000;

/**
 * A thread that reads a read model, so that a long answer holds nobody else up. It answers one question after the
 * other, each in time or not at all. One that has answered nothing for so long, or has ended, is given up, and when
 * it is gone another one is begun: never are there two that hang.
 */
export class AskedThread<Queries> {
  readonly #script: URL;
  readonly #file: SharedFile;
  readonly #answerMs: number;
  readonly #asked = new Map<number, Asked>();
  #ids = 0;
  #answeredAtMs = 0;
  #thread: { worker: Worker; isLeft: ThreadData["isLeft"] } | undefined;
  #pause: NodeJS.Timeout | undefined;
  /** Why there is no thread to be asked. */
  #absence: ReadModelError | undefined;
  #isClosed = false;

  /**
   * @param script answers questions with `answerQuestions`, and gets the file
   * @param answerMs how long an answer may take, waiting included
   */
  constructor(script: URL, file: SharedFile, answerMs: number) {
    this.#script = script;
    this.#file = file;
    this.#answerMs = answerMs;
    this.#begin();
  }

  /** @throws ReadModelError when it cannot be read, or too many wait; LateAnswerError */
  ask<Name extends NameOf<Queries>>(
    name: Name,
    ...values: ValuesOf<Queries[Name]>
  ): Promise<AnswerOf<Queries[Name]>> {
    return new Promise<unknown>((resolve, reject) => {
      if (!this.#thread) throw this.#absence ?? new ReadModelError("it has no thread yet");
      if (this.#asked.size >= MAX_WAITING) {
        throw new ReadModelError(`${MAX_WAITING} questions wait already`);
      }
      const id = ++this.#ids;
      const timer = setTimeout(() => {
        this.#giveUp(id);
      }, this.#answerMs);
      this.#asked.set(id, { atMs: performance.now(), timer, resolve, reject });
      const question: Question = { id, name, values };
      this.#thread.worker.postMessage(question);
    }) as Promise<AnswerOf<Queries[Name]>>;
  }

  /** Waits until the thread is gone, but not for one that hangs. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#pause);
    const worker = this.#thread?.worker;
    this.#leave(new ReadModelError("the read model was closed"));
    if (!worker) return;
    const isGone = new AbortController();
    const late = delay(this.#answerMs, undefined, { signal: isGone.signal, ref: false });
    await Promise.race([once(worker, "exit"), late.catch(() => undefined)]);
    isGone.abort();
  }

  #begin(): void {
    const isLeft = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
    const workerData: ThreadData = { file: this.#file, isLeft };
    const worker = new Worker(this.#script, { workerData });
    this.#thread = { worker, isLeft };
    worker.on("message", (reply: Reply) => {
      this.#answeredAtMs = performance.now();
      const asked = this.#taken(reply.id);
      if ("error" in reply) asked?.reject(new ReadModelError(reply.error, reply.isDamaged));
      else asked?.resolve(reply.answer);
    });
    worker.on("error", (cause) => {
      this.#leave(new ReadModelError(`${ENDED}: ${String(cause)}`));
    });
    worker.on("exit", () => {
      if (this.#thread?.worker === worker) this.#leave(new ReadModelError(ENDED));
      if (this.#isClosed) return;
      this.#pause = setTimeout(() => {
        this.#begin();
      }, PAUSE_MS);
    });
  }

  /** What was asked is not waited for any more, though it may still be answered. */
  #giveUp(id: number): void {
    const asked = this.#taken(id);
    const late = new LateAnswerError(`it has not answered within ${this.#answerMs} ms`);
    asked?.reject(late);
    // Otherwise others were before it.
    const hangs = asked !== undefined && this.#answeredAtMs < asked.atMs;
    if (hangs) this.#leave(late);
  }

  /**
   * Nobody asks the thread any more, and it ends by itself. To terminate it is not safe: where a statement of SQLite
   * that is under way then fails, better-sqlite3 ends the process.
   */
  #leave(reason: ReadModelError): void {
    const thread = this.#thread;
    this.#thread = undefined;
    this.#absence = reason;
    for (const id of [...this.#asked.keys()]) this.#taken(id)?.reject(reason);
    if (!thread) return;
    Atomics.store(thread.isLeft, 0, 1);
    // Wakes it, where it has nothing to do.
    thread.worker.postMessage(undefined);
  }

  #taken(id: number): Asked | undefined {
    const asked = this.#asked.get(id);
    this.#asked.delete(id);
    clearTimeout(asked?.timer);
    return asked;
  }
}

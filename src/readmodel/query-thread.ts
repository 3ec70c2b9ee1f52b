import { Worker } from "node:worker_threads";
import type { Queries } from "./queries.js";

/** The names of what can be asked. */
export type QueryName = {
  [Key in keyof Queries]: Queries[Key] extends Ask ? Key : never;
}[keyof Queries];
type Ask = (...values: never[]) => unknown;

/** A question, and its answer. */
export interface QueryRequest {
  id: number;
  name: QueryName;
  values: unknown[];
}
export type QueryReply = { id: number } & (
  { answer: unknown } | { error: string; isDamaged: boolean }
);

/** The read model could not be read. */
export class ReadModelError extends Error {
  override readonly name = "ReadModelError";
  constructor(
    message: string,
    /** The file is not what it should be, so that only a new one helps. */
    readonly isDamaged = false,
  ) {
    super(message);
  }
}

/** Questions that wait for an answer; more are refused. */
const MAX_WAITING = 1000;

/** Reads a read model in a thread of its own, so that a long answer holds nobody else up. */
export class QueryThread {
  readonly #worker: Worker;
  readonly #waiting = new Map<
    number,
    { resolve: (answer: unknown) => void; reject: (cause: Error) => void }
  >();
  #asked = 0;
  #failure: Error | undefined;

  constructor(file: string) {
    this.#worker = new Worker(new URL("./query-worker.js", import.meta.url), { workerData: file });
    this.#worker.on("message", (reply: QueryReply) => {
      const waiting = this.#waiting.get(reply.id);
      this.#waiting.delete(reply.id);
      if ("error" in reply) waiting?.reject(new ReadModelError(reply.error, reply.isDamaged));
      else waiting?.resolve(reply.answer);
    });
    this.#worker.on("error", (cause) => {
      this.#fail(new ReadModelError(`the thread that reads it has ended: ${String(cause)}`));
    });
    this.#worker.on("exit", () => {
      this.#fail(new ReadModelError("the read model was closed"));
    });
  }

  /** @throws ReadModelError when it cannot be read, or too many wait */
  async ask<Name extends QueryName>(
    name: Name,
    ...values: Parameters<Queries[Name]>
  ): Promise<ReturnType<Queries[Name]>> {
    if (this.#failure) throw this.#failure;
    if (this.#waiting.size >= MAX_WAITING) {
      throw new ReadModelError(`${MAX_WAITING} questions wait already`);
    }
    const id = ++this.#asked;
    const answer = new Promise<unknown>((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
    });
    const request: QueryRequest = { id, name, values };
    this.#worker.postMessage(request);
    return (await answer) as ReturnType<Queries[Name]>;
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }

  #fail(cause: Error): void {
    this.#failure ??= cause;
    for (const { reject } of this.#waiting.values()) reject(this.#failure);
    this.#waiting.clear();
  }
}

import { readBounds, type LogBounds } from "./read.js";
import type { Log } from "./stream.js";

/**
 * The bounds of the log, asked of the leader once for all who ask at about the same moment: a thousand
 * readers that connect together need one answer, not a thousand.
 */
export class SharedBounds {
  readonly #log: Log;
  #underWay: Promise<unknown> = Promise.resolve();
  #next: Promise<LogBounds> | undefined;

  constructor(log: Log) {
    this.#log = log;
  }

  /** The bounds as of the call, or later: an answer that was asked for before is not given. */
  read(): Promise<LogBounds> {
    this.#next ??= this.#underWay.then(() => {
      const asked = readBounds(this.#log);
      this.#underWay = asked.catch(() => undefined);
      this.#next = undefined;
      return asked;
    });
    return this.#next;
  }
}

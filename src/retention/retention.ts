import { setTimeout as delay } from "node:timers/promises";
import type { Log } from "../log/stream.js";
import type { TrimmedHeads } from "../log/trimmed-heads.js";
import { trim, type RetentionRules, type SealedLog } from "./trim.js";

export interface RetentionOptions {
  rules: RetentionRules;
  /** Pause between two looks at the log. */
  intervalMs: number;
  sealed: SealedLog;
  /** Told how many events were trimmed, when there were any. */
  onTrimmed: (events: number) => void;
  /** Told what kept the log from being trimmed; it is tried again. */
  onTrouble: (cause: unknown) => void;
}

/** Keeps the log within the rules. Every gateway may: the same events trimmed twice are trimmed once. */
export class Retention {
  readonly #stop = new AbortController();
  readonly #running: Promise<void>;
  #trimmedEvents = 0;

  constructor(log: Log, heads: TrimmedHeads, options: RetentionOptions) {
    this.#running = this.#run(log, heads, options);
  }

  /** Events that this gateway has trimmed since it started. */
  get trimmedEvents(): number {
    return this.#trimmedEvents;
  }

  /** Resolves when the piece that is under way has been trimmed. */
  async close(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  async #run(
    log: Log,
    heads: TrimmedHeads,
    { rules, intervalMs, sealed, onTrimmed, onTrouble }: RetentionOptions,
  ): Promise<void> {
    const { signal } = this.#stop;
    // When it is closed, the piece that is under way is finished, and no other is begun.
    const through = () => (signal.aborted ? 0 : sealed.through());
    while (!signal.aborted) {
      try {
        const events = await trim(log, heads, rules, { ...sealed, through });
        this.#trimmedEvents += events;
        if (events > 0) onTrimmed(events);
      } catch (error) {
        onTrouble(error);
      }
      await delay(intervalMs, undefined, { signal }).catch(() => undefined);
    }
  }
}

import { setTimeout as delay } from "node:timers/promises";
import { v7 as uuidv7 } from "uuid";
import type { ConnectionOptions, Draft, JsonObject } from "../client/index.js";
import type { CatalogueType, PayloadByType } from "../envelope/catalogue/catalogue.js";
import { sendLeftovers, sendSpool, type Sent } from "./sender.js";
import type { SpoolFile } from "./spool-file.js";
import { createSpool, type SpoolFolder } from "./spool-folder.js";

export interface RecorderOptions {
  connection: ConnectionOptions;
  folder: SpoolFolder;
  /** Who emits, e.g. `runner/host-3`. */
  source: string;
}

/** How the recording ended. */
export interface Handover {
  own: Sent;
  /** Events of earlier commands that were sent on this occasion. */
  leftover: Sent;
  /** Where the events are that could not be sent in time, and why. */
  kept?: { file: string; reason: string };
  /** Events that are lost because the spool could not be written. */
  unwritten?: { count: number; cause: unknown };
}

/**
 * Records events: each is written to a spool file, and sent from there in the background. Nothing waits
 * for the network; what the server has not taken when the recording ends, or when this process dies, stays
 * in the file, and the next recorder in the same folder sends it.
 */
export class Recorder {
  readonly #options: RecorderOptions;
  readonly #spool: SpoolFile;
  readonly #stop = new AbortController();
  readonly #own: Sent = { stored: 0, refused: 0 };
  readonly #leftover: Sent = { stored: 0, refused: 0 };
  readonly #sending: Promise<string | undefined>;
  readonly #sendingLeftovers: Promise<void>;
  #unwritten: { count: number; cause: unknown } | undefined;

  private constructor(options: RecorderOptions, spool: SpoolFile) {
    this.#options = options;
    this.#spool = spool;
    this.#sending = this.#sendOwn();
    this.#sendingLeftovers = this.#sendLeftovers();
  }

  /** Opens a spool and starts sending: first of all what earlier processes have left behind. */
  static async open(options: RecorderOptions): Promise<Recorder> {
    return new Recorder(options, await createSpool(options.folder));
  }

  /** Writes an event down; false when that failed, which is then told in the {@link Handover}. */
  async emit<T extends CatalogueType>(
    scope: string,
    type: T,
    payload: PayloadByType[T],
  ): Promise<boolean> {
    const draft: Draft = {
      scope,
      id: uuidv7(),
      type,
      occurredAt: new Date().toISOString(),
      source: this.#options.source,
      payload: payload as unknown as JsonObject,
    };
    try {
      await this.#spool.append(JSON.stringify(draft));
      return true;
    } catch (cause) {
      this.#unwritten ??= { count: 0, cause };
      this.#unwritten.count++;
      return false;
    }
  }

  /** Ends the recording: waits until all is sent, for at most `waitMs` or until `hurry` aborts. */
  async close(waitMs: number, hurry: AbortSignal): Promise<Handover> {
    this.#spool.finish();
    const limit = new AbortController();
    const end = AbortSignal.any([hurry, limit.signal]);
    const timeout = delay(waitMs, undefined, { signal: end }).catch(() => undefined);
    await Promise.race([Promise.all([this.#sending, this.#sendingLeftovers]), timeout]);
    limit.abort();
    this.#stop.abort();
    const [trouble] = await Promise.all([this.#sending, this.#sendingLeftovers]);
    const handover: Handover = { own: this.#own, leftover: this.#leftover };
    if (this.#unwritten) handover.unwritten = this.#unwritten;
    if (trouble === undefined) await this.#spool.remove();
    else {
      await this.#spool.close();
      handover.kept = { file: this.#spool.path, reason: trouble };
    }
    return handover;
  }

  /** Sends what this process records; why that was not possible, or undefined. */
  async #sendOwn(): Promise<string | undefined> {
    const { signal } = this.#stop;
    const sent = this.#own;
    let waiting: { reason: string; stored: number } | undefined;
    const onRetry = (reason: string) => {
      waiting = { reason, stored: sent.stored };
    };
    try {
      const options = { signal, onRetry, retryForMs: Infinity };
      await sendSpool(this.#options.connection, this.#spool, sent, options);
      return undefined;
    } catch (error) {
      if (!signal.aborted) return error instanceof Error ? error.message : String(error);
      return waiting?.stored === sent.stored ? waiting.reason : "there was not enough time";
    }
  }

  /** Sends what earlier processes have left. What cannot be sent stays, for the one after us. */
  async #sendLeftovers(): Promise<void> {
    const { connection, folder } = this.#options;
    const options = {
      signal: this.#stop.signal,
      onRetry: () => undefined,
      retryForMs: Infinity,
    };
    await sendLeftovers(connection, folder, this.#leftover, options).catch(() => undefined);
  }
}

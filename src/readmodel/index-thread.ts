import { Worker } from "node:worker_threads";
import type { NatsOptions } from "../log/connect.js";
import type { LogName } from "../log/stream.js";
import type { SharedFile } from "./shared-file.js";
import type { Trouble } from "./trouble.js";

/** What the thread needs to follow the log. */
export interface IndexSource {
  /** The read model's file. */
  file: SharedFile;
  /** So much of the file may be in use; undefined: as much as the disk has room for. */
  bytes?: number | undefined;
  nats: NatsOptions;
  log: LogName;
  /** Name of its durable consumer. */
  durable: string;
}

/** How much a read model holds. */
export interface Extent {
  /** The log is in it up to this sequence. */
  position: number;
  /** What of its file is in use. */
  usedBytes: number;
}

/** What the thread tells. */
export type IndexNews =
  /** The file can be read, and is one that has not been told of before. */
  | ({ is: "opened" } & Extent)
  /** More of the log is in the read model. */
  | ({ is: "position" } & Extent)
  /** The file is gone, or is about to go: whoever has it open must let go of it, or its room stays taken. */
  | { is: "removed" }
  /** It cannot go on for now, and tries again. */
  | ({ is: "trouble" } & Trouble);

/** Keeps a read model up to date, in a thread of its own and over a connection of its own. */
export class IndexThread {
  readonly #worker: Worker;
  readonly #ended: Promise<void>;

  /** @param onNews told in order; trouble is over when it has been opened, and with the next position */
  constructor(source: IndexSource, onNews: (news: IndexNews) => void) {
    this.#worker = new Worker(new URL("./index-worker.js", import.meta.url), {
      workerData: source,
    });
    this.#worker.on("message", onNews);
    this.#worker.on("error", (error) => {
      const reason = `the thread that writes it has ended: ${String(error)}`;
      onNews({ is: "trouble", state: "failing", reason });
    });
    this.#ended = new Promise((resolve) =>
      this.#worker.once("exit", () => {
        resolve();
      }),
    );
  }

  /** Throws the read model away, and makes it anew from the log. */
  rebuild(): void {
    this.#worker.postMessage("rebuild");
  }

  /** Lets the batch that is being written be finished. */
  async close(): Promise<void> {
    this.#worker.postMessage("close");
    await this.#ended;
  }
}

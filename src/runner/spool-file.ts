import { readFile, rm, writeFile, type FileHandle } from "node:fs/promises";

const LF = 0x0a;
/** Read, and so sent, at a time. */
const READ_BYTES = 1024 * 1024;
const MAX_LINES = 1000;
/** A file whose content is all sent starts over at this size, so that a long job does not fill the disk. */
const REWIND_BYTES = 16 * 1024 * 1024;

/** Complete lines of a spool, and where they end. */
export interface SpoolBatch {
  lines: string[];
  end: number;
}

/**
 * What is to be sent, in a file: lines are appended at its end and sent from its start, and a file beside
 * it (`….sent`) says how far that has come. If the process dies, another one goes on from there.
 *
 * One process at a time: whoever opens it holds its lock, which lasts as long as the handle.
 */
export class SpoolFile {
  #size: number;
  #sent: number;
  #isFinished = false;
  #queue: { bytes: Buffer; resolve: () => void; reject: (error: unknown) => void }[] = [];
  #isWriting = false;
  #wake: (() => void) | undefined;

  private constructor(
    readonly path: string,
    readonly handle: FileHandle,
    { size, sent }: { size: number; sent: number },
  ) {
    this.#size = size;
    this.#sent = sent;
  }

  /** Opens the locked file of a process that is gone, or a new one. */
  static async open(path: string, handle: FileHandle): Promise<SpoolFile> {
    const { size } = await handle.stat();
    const text = await readFile(sentPath(path), "utf8").catch(() => "");
    // A number that was cut off, or cannot be right, is no loss: what is sent twice is stored once.
    const sent = /^\d{1,15}\n$/.test(text) ? Number(text) : 0;
    return new SpoolFile(path, handle, { size, sent: sent <= size ? sent : 0 });
  }

  /** Bytes that are not sent yet. */
  get backlog(): number {
    return this.#size - this.#sent;
  }

  /** Appends a line; resolves when it is in the file, where it survives the end of this process. */
  append(line: string): Promise<void> {
    const bytes = Buffer.from(`${line}\n`);
    return new Promise((resolve, reject) => {
      this.#queue.push({ bytes, resolve, reject });
      if (!this.#isWriting) void this.#write();
    });
  }

  /** Nothing more will be appended: {@link batches} ends when all is read. */
  finish(): void {
    this.#isFinished = true;
    this.#wake?.();
  }

  /** What is not sent yet, in order, and then what is appended, until {@link finish} or the signal. */
  async *batches(signal: AbortSignal): AsyncGenerator<SpoolBatch, void> {
    const wake = () => this.#wake?.();
    signal.addEventListener("abort", wake);
    try {
      while (!signal.aborted) {
        const batch = await this.#read();
        if (batch !== undefined) yield batch;
        else if (this.#isFinished && !this.#isWriting) return;
        else await new Promise<void>((resolve) => (this.#wake = resolve));
      }
    } finally {
      signal.removeEventListener("abort", wake);
    }
  }

  /** Everything up to here is sent. */
  async acknowledge(end: number): Promise<void> {
    this.#sent = end;
    if (end === this.#size && end >= REWIND_BYTES && !this.#isWriting) await this.#rewind();
    // Best effort, as on a full disk: what is sent twice is stored once.
    else await writeFile(sentPath(this.path), `${end}\n`, { mode: 0o600 }).catch(() => undefined);
  }

  /** Gives up the lock; the file stays for the next process. */
  async close(): Promise<void> {
    await this.handle.close();
  }

  /** All is sent: removes the file. */
  async remove(): Promise<void> {
    await rm(this.path, { force: true });
    await rm(sentPath(this.path), { force: true });
    await this.handle.close();
  }

  async #rewind(): Promise<void> {
    this.#isWriting = true;
    try {
      // In this order: if we die in between, the whole file is sent again, which does no harm.
      await rm(sentPath(this.path), { force: true });
      await this.handle.truncate(0);
      this.#size = this.#sent = 0;
    } finally {
      this.#isWriting = false;
      void this.#write();
    }
  }

  /** Writes what is queued, in as few calls as it takes. */
  async #write(): Promise<void> {
    if (this.#isWriting) return;
    this.#isWriting = true;
    while (this.#queue.length > 0) {
      const queue = this.#queue;
      this.#queue = [];
      try {
        const bytes = Buffer.concat(queue.map((item) => item.bytes));
        await this.#writeAll(bytes);
        this.#size += bytes.length;
        for (const { resolve } of queue) resolve();
      } catch (error) {
        // The next write starts at the same place, over whatever a full disk has cut off.
        for (const { reject } of queue) reject(error);
      }
      this.#wake?.();
    }
    this.#isWriting = false;
    this.#wake?.();
  }

  async #writeAll(bytes: Buffer): Promise<void> {
    for (let done = 0; done < bytes.length;) {
      const { bytesWritten } = await this.handle.write(
        bytes,
        done,
        bytes.length - done,
        this.#size + done,
      );
      done += bytesWritten;
    }
  }

  async #read(): Promise<SpoolBatch | undefined> {
    const start = this.#sent;
    let length = Math.min(this.#size - start, READ_BYTES);
    while (length > 0) {
      const buffer = Buffer.allocUnsafe(length);
      const { bytesRead } = await this.handle.read(buffer, 0, length, start);
      const bytes = buffer.subarray(0, bytesRead);
      const batch = completeLines(bytes);
      if (batch !== undefined) return { lines: batch.lines, end: start + batch.bytes };
      // One line is longer than what was read; or the last one was cut off by the end of its process.
      if (start + length >= this.#size) return undefined;
      length = Math.min(this.#size - start, length * 2);
    }
    return undefined;
  }
}

function completeLines(bytes: Buffer): { lines: string[]; bytes: number } | undefined {
  const lines: string[] = [];
  let start = 0;
  for (let end = bytes.indexOf(LF); end >= 0 && lines.length < MAX_LINES;) {
    lines.push(bytes.toString("utf8", start, end));
    start = end + 1;
    end = bytes.indexOf(LF, start);
  }
  return lines.length === 0 ? undefined : { lines, bytes: start };
}

function sentPath(path: string): string {
  return `${path}.sent`;
}

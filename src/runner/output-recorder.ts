import type { LogEntry } from "../envelope/catalogue/log-entry.js";
import { levelOfLine, type OutputStream } from "./line-level.js";
import { OutputLines, type OutputLine } from "./output-lines.js";
import type { Recorder } from "./recorder.js";

const MAX_ENTRIES = 1000;
const MAX_BATCH_BYTES = 256 * 1024;
const MAX_DELAY_MS = 50;
/** Members of an entry beside its message, as JSON. */
const ENTRY_BYTES = 120;

/** Progress that was overwritten is of interest only to those who want to see everything. */
const OVERWRITTEN = { displayPriority: 1 } as const;
const CONTINUED = { fields: { continued: "true" } } as const;

/**
 * Turns the output of a job's command into `log.appended` events: up to 1,000 lines, 256 KiB or 50 ms to
 * an event, whichever comes first. What cannot be written down is counted in a `log.truncated` event.
 */
export class OutputRecorder {
  readonly #recorder: Recorder;
  readonly #scope: string;
  #lines = { stdout: new OutputLines(), stderr: new OutputLines() };
  #entries: LogEntry[] = [];
  #bytes = 0;
  #timer: NodeJS.Timeout | undefined;
  /** Batches on their way to the spool, one after the other. */
  #written: Promise<void> = Promise.resolve();
  #dropped = 0;

  constructor(recorder: Recorder, scope: string) {
    this.#recorder = recorder;
    this.#scope = scope;
  }

  /** Takes in what the command has written; resolves when it may write more. Returns the lines that it completes. */
  async take(stream: OutputStream, chunk: Buffer): Promise<OutputLine[]> {
    const lines = this.#lines[stream].push(chunk);
    await this.#add(stream, lines);
    return lines;
  }

  /** A heading between the lines. */
  async separate(message: string): Promise<void> {
    const at = new Date().toISOString();
    await this.#push({ at, level: "info", message, kind: "separator" });
  }

  /** The output has ended: writes down what is left, last lines without a line end included, and returns those. */
  async end(): Promise<{ stream: OutputStream; line: OutputLine }[]> {
    const last = (["stdout", "stderr"] as const).map((stream) => ({
      stream,
      lines: this.#lines[stream].end(),
    }));
    for (const { stream, lines } of last) await this.#add(stream, lines);
    this.#flush();
    await this.#written;
    return last.flatMap(({ stream, lines }) => lines.map((line) => ({ stream, line })));
  }

  async #add(stream: OutputStream, lines: readonly OutputLine[]): Promise<void> {
    const at = new Date().toISOString();
    for (const { text, kind } of lines) {
      const entry: LogEntry = { at, level: levelOfLine(stream, text), message: text, stream };
      if (kind === "overwritten") Object.assign(entry, OVERWRITTEN);
      if (kind === "continued") Object.assign(entry, CONTINUED);
      await this.#push(entry);
    }
  }

  /** Waits, when a batch is full, until the one before it is written: so no more than two are in memory. */
  async #push(entry: LogEntry): Promise<void> {
    // Control characters take six bytes each: the size is that of the JSON, which has a limit.
    const bytes = Buffer.byteLength(JSON.stringify(entry.message)) + ENTRY_BYTES;
    if (this.#entries.length === MAX_ENTRIES || this.#bytes + bytes > MAX_BATCH_BYTES) {
      await this.#written;
      this.#flush();
    }
    this.#entries.push(entry);
    this.#bytes += bytes;
    this.#timer ??= setTimeout(() => {
      this.#flush();
    }, MAX_DELAY_MS);
  }

  #flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#entries.length === 0) return;
    const entries = this.#entries;
    this.#entries = [];
    this.#bytes = 0;
    this.#written = this.#written.then(() => this.#write(entries));
  }

  async #write(entries: LogEntry[]): Promise<void> {
    await this.#confessDropped();
    const payload = { entries: entries as [LogEntry, ...LogEntry[]] };
    const isWritten = await this.#recorder.emit(this.#scope, "log.appended", payload);
    if (!isWritten) this.#dropped += entries.length;
  }

  async #confessDropped(): Promise<void> {
    if (this.#dropped === 0) return;
    const payload = { droppedEntries: this.#dropped, reason: "the spool could not be written" };
    if (await this.#recorder.emit(this.#scope, "log.truncated", payload)) this.#dropped = 0;
  }
}

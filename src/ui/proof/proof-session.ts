import { Listeners } from "../app/listeners.js";
import type { Records } from "../run/records.js";
import type { RunStore } from "../run/run-store.js";
import { recall, remember } from "./memory.js";
import type { FromWorker, ProofReport, ToWorker } from "./proof-report.js";

/** Told to the worker at once: it checks them in a few milliseconds, and then asks for more. */
const MAX_EVENTS = 512;
const MAX_TEXT_LENGTH = 1024 * 1024;

/** What is shown of a timeline, and the worker that checks it. It is told of events when it has time for them. */
export class ProofSession {
  readonly #store: RunStore;
  readonly #listeners = new Listeners();
  #worker: Worker | undefined;
  /** Those that the worker is told of. */
  #records: Records | undefined;
  #stop: () => void = () => undefined;
  #report: ProofReport | undefined;
  #broken: ReadonlyMap<number, string> = new Map();
  /** The place of the next event to tell. */
  #next = 0;
  #gaps = 0;
  #isBusy = false;
  /** What was told last of whether there is more. */
  #told: string | undefined;
  #hasNewKeys = false;
  #isTornOff = false;

  constructor(store: RunStore) {
    this.#store = store;
  }

  readonly report = (): ProofReport | undefined => this.#report;

  /** Which events do not hold: by the sequence of each, the first check that it fails. Another map when more do. */
  readonly broken = (): ReadonlyMap<number, string> => this.#broken;

  /** Events were let go before they could be told. */
  get isTornOff(): boolean {
    return this.#isTornOff;
  }

  readonly subscribe = this.#listeners.subscribe;

  start(): void {
    const worker = new Worker(new URL("./proof-worker.ts", import.meta.url), { type: "module" });
    this.#worker = worker;
    this.#records = this.#store.records;
    worker.onmessage = ({ data }: MessageEvent<FromWorker>) => {
      this.#hear(data);
    };
    const { path } = this.#store;
    this.#tell({ kind: "start", url: window.location.origin, path, memory: recall() });
    this.#stop = this.#store.subscribe(() => {
      this.#tellMore();
    });
    this.#tellMore();
  }

  stop(): void {
    this.#stop();
    this.#worker?.terminate();
    this.#worker = undefined;
    this.#next = 0;
    this.#gaps = 0;
    this.#isBusy = false;
    this.#isTornOff = false;
    this.#told = undefined;
    this.#report = undefined;
    this.#broken = new Map();
  }

  /** The reader trusts the keys that the log is signed with now. */
  trust(keys: readonly string[]): void {
    this.#hasNewKeys = true;
    this.#tell({ kind: "trust", keys });
  }

  #hear(message: FromWorker): void {
    switch (message.kind) {
      case "report":
        if (message.report.found !== (this.#report?.found ?? 0)) {
          this.#broken = brokenIn(message.report);
        }
        this.#report = message.report;
        this.#listeners.tell();
        return;
      case "remember":
        remember(message.memory, this.#hasNewKeys);
        this.#hasNewKeys = false;
        return;
      case "more":
        this.#isBusy = false;
        this.#tellMore();
    }
  }

  #tell(message: ToWorker): void {
    this.#worker?.postMessage(message);
  }

  #tellMore(): void {
    const { records, gaps, isCaughtUp, hasEnded } = this.#store;
    if (records !== this.#records) {
      // The log is another one: nothing that was checked says anything of it.
      this.stop();
      this.start();
      return;
    }
    // The page is to be there first, and checking takes as long as reading; but nothing is to go unchecked.
    if (this.#isBusy || !(isCaughtUp || records.isHalfFull)) return;
    let isAfterGap = false;
    if (this.#next < records.first) {
      this.#isTornOff = isAfterGap = true;
      this.#next = records.first;
    }
    for (; (gaps[this.#gaps] ?? Infinity) <= this.#next; this.#gaps++) isAfterGap = true;
    // What comes behind a gap is told apart.
    const end = Math.min(records.end, this.#next + MAX_EVENTS, gaps[this.#gaps] ?? Infinity);
    if (this.#next < end) {
      this.#tellEvents(end, isAfterGap);
      return;
    }
    const told = `${isCaughtUp} ${hasEnded}`;
    if (!isCaughtUp || told === this.#told) return;
    this.#told = told;
    this.#tell({ kind: "caught-up", hasEnded });
  }

  #tellEvents(end: number, isAfterGap: boolean): void {
    const { records } = this.#store;
    const texts: string[] = [];
    const sequences: number[] = [];
    for (let length = 0; this.#next < end && length < MAX_TEXT_LENGTH; this.#next++) {
      const text = records.text(this.#next);
      texts.push(text);
      sequences.push(records.sequence(this.#next));
      length += text.length;
    }
    this.#isBusy = true;
    this.#tell({ kind: "events", sequences, texts, isAfterGap });
  }
}

function brokenIn({ findings }: ProofReport): ReadonlyMap<number, string> {
  const broken = new Map<number, string>();
  for (const { sequence, check } of findings) {
    if (sequence !== undefined && !broken.has(sequence)) broken.set(sequence, check);
  }
  return broken;
}

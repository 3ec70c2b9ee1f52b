import { rename, writeFile } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import type { NoteSigner } from "../audit/note.js";
import { readBounds } from "../log/bounds.js";
import type { LogRecord } from "../log/record.js";
import type { SealStore } from "../log/seal-store.js";
import type { Log } from "../log/stream.js";
import { Alarms, type Alarm } from "./alarms.js";
import { Inbox } from "./inbox.js";
import { formatRanges, unsealed, type SealState } from "./seal-state.js";
import { Proofs } from "./proofs.js";
import { SealedTiles } from "./sealed-tiles.js";
import {
  CorruptSealsError,
  LeadLostError,
  LogVanishedError,
  Sealing,
  STATE_NAME,
  type StoredState,
} from "./sealing.js";
import { watchStore } from "./watch.js";

/** How long events may wait to be hashed: so that they are hashed a few at a time. */
const GATHER_MS = 100;

/** Another process that seals is taken for gone when it has left events unsealed for this long. */
const TAKEOVER_MS = 5_000;

const TRIMMED_NAME = "trimmed";

export interface SealerOptions {
  signer: NoteSigner;
  /** Otherwise it only looks on. */
  isOn: boolean;
  /** JetStream replicas of the log. */
  replicas: number;
  /** Names this gateway among all on the same log. */
  nodeId: string;
  /** At most so long after an event there is a checkpoint with it; and so often the store is looked at. */
  intervalMs: number;
  /** So many events are sealed together where more wait. */
  leavesAtOnce: number;
  /** Each new checkpoint is written there too; undefined: nowhere. */
  checkpointFile: string | undefined;
  onAlarm: (alarm: Alarm) => void;
  /** Told of what went wrong for now, and is tried again. */
  onTrouble: (cause: unknown) => void;
}

/**
 * Seals a log while it grows: adds every sequence to a Merkle tree and signs what it has come to. Of several
 * processes on one log one seals; the others stand by, and take over when it leaves events unsealed.
 */
export class Sealer {
  readonly alarms: Alarms;
  readonly tiles: SealedTiles;
  readonly proofs: Proofs;
  readonly store: SealStore;
  readonly #log: Log;
  readonly #options: SealerOptions;
  readonly #inbox = new Inbox();
  readonly #closing = new AbortController();
  readonly #running: Promise<void>;
  readonly #waiters = new Set<() => void>();
  #state: SealState;
  #isLeading = false;
  #newest = 0;
  #trimmedThrough = 0;
  #hurry: () => void = () => undefined;

  constructor(log: Log, store: SealStore, options: SealerOptions) {
    this.#log = log;
    this.store = store;
    this.#options = options;
    this.alarms = new Alarms(options.onAlarm);
    this.tiles = new SealedTiles(store);
    this.proofs = new Proofs(this.tiles);
    this.#state = unsealed(log.epoch);
    this.#running = this.#run();
  }

  /** Hands over an event that the gateway has read. */
  observe(record: LogRecord): void {
    this.#newest = record.sequence;
    this.#inbox.offer(record);
  }

  /** What is sealed, as far as this process knows: its newest checkpoint is published. */
  get state(): SealState {
    return this.#state;
  }

  get isLeading(): boolean {
    return this.#isLeading;
  }

  /** Events that this process has read, and knows no checkpoint of. */
  get lag(): number {
    return Math.max(0, this.#newest - this.#state.size);
  }

  /**
   * Resolves when a checkpoint covers a sequence.
   *
   * @throws the signal's reason when it aborts before
   */
  async sealed(sequence: number, signal: AbortSignal): Promise<void> {
    while (this.#state.size < sequence) {
      signal.throwIfAborted();
      this.#hurry();
      await new Promise<void>((resolve) => {
        const done = () => {
          this.#waiters.delete(done);
          signal.removeEventListener("abort", done);
          resolve();
        };
        this.#waiters.add(done);
        signal.addEventListener("abort", done);
      });
    }
  }

  /**
   * Writes down that events up to a sequence are about to be trimmed rightly.
   *
   * @throws RangeError when no checkpoint covers them
   */
  async allowTrim(through: number): Promise<void> {
    if (through > this.#state.size) throw new RangeError(`${through} is not sealed yet`);
    if (through <= (await this.#readTrimmed())) return;
    await this.store.put([{ name: TRIMMED_NAME, text: `${through}` }]);
  }

  /** Seals what has been read, and ends. */
  async close(): Promise<void> {
    this.#closing.abort();
    this.#hurry();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#closing;
    let movedAt = performance.now();
    let revision = 0;
    while (!signal.aborted) {
      try {
        const stored = await this.#load();
        if (stored.revision !== revision) movedAt = performance.now();
        ({ revision } = stored);
        this.#publish(stored.state);
        await this.#watch(stored.state);
        if (stored.state.epoch === this.#log.epoch && (await this.#isOurTurn(stored, movedAt))) {
          await this.#lead(stored);
        }
      } catch (error) {
        this.#report(error);
      }
      await this.#pause(this.#options.intervalMs);
    }
  }

  async #load(): Promise<StoredState> {
    const entry = await this.store.read(STATE_NAME);
    if (!entry) return { state: unsealed(this.#log.epoch), revision: 0 };
    return { state: JSON.parse(entry.text) as SealState, revision: entry.revision };
  }

  async #isOurTurn({ state }: StoredState, movedAt: number): Promise<boolean> {
    if (!this.#options.isOn) return false;
    if (state.sealer === "" || state.sealer === this.#options.nodeId) return true;
    const { last } = await readBounds(this.#log);
    return last > state.size && performance.now() - movedAt > TAKEOVER_MS;
  }

  /** Seals until the process ends, or another one has sealed. */
  async #lead(stored: StoredState): Promise<void> {
    const { signer, nodeId: sealer, intervalMs, leavesAtOnce } = this.#options;
    const { signal } = this.#closing;
    const sealing = await Sealing.resume(
      {
        log: this.#log,
        store: this.store,
        tiles: this.tiles,
        signer,
        sealer,
        leavesAtOnce,
        onStored: (state) => {
          this.#publish(state);
        },
        signal,
      },
      stored,
    );
    this.alarms.set("seals", undefined);
    // Before looking how far the log goes: whatever comes after that is in it.
    this.#inbox.open();
    this.#isLeading = true;
    try {
      await sealing.claim();
      await sealing.readOn((await readBounds(this.#log)).last);
      let sizeBefore = 0;
      for (;;) {
        await sealing.take(this.#inbox.take());
        await sealing.seal();
        if (signal.aborted) return;
        await this.#watch(sealing.state);
        // A message that is no event never comes by; it is found when nothing else does.
        if (sealing.state.size === sizeBefore) {
          const { last } = await readBounds(this.#log);
          if (last >= sealing.next) await sealing.readOn(last);
        }
        sizeBefore = sealing.state.size;
        await this.#gather(sealing, intervalMs);
      }
    } finally {
      this.#isLeading = false;
      this.#inbox.close();
      await sealing.close();
    }
  }

  /** Takes in what comes, until it is time to seal it. */
  async #gather(sealing: Sealing, forMs: number): Promise<void> {
    let isOver = this.#waiters.size > 0 || this.#closing.signal.aborted;
    const timer = new AbortController();
    const over = new Promise<void>((resolve) => {
      this.#hurry = () => {
        isOver = true;
        resolve();
      };
    });
    delay(forMs, undefined, { signal: timer.signal }).then(this.#hurry, () => undefined);
    const hasTime = () => !isOver;
    while (hasTime()) {
      await Promise.race([over, this.#inbox.filled()]);
      if (hasTime()) await delay(GATHER_MS);
      await sealing.take(this.#inbox.take());
    }
    timer.abort();
    this.#hurry = () => undefined;
  }

  async #watch(state: SealState): Promise<void> {
    const { missing, foreign } = state;
    const told = (what: string, { count, ranges }: SealState["missing"]) =>
      count === 0 ? undefined : `${count} ${what}: ${formatRanges(ranges)}`;
    this.alarms.set("missing", told("sequences were gone before they were sealed", missing));
    this.alarms.set("foreign", told("messages in the log are no events", foreign));
    await watchStore(this.#log, this.#options.replicas, this.alarms, {
      state,
      newest: Math.max(state.size, this.#newest),
      readTrimmed: () => this.#readTrimmed(),
    });
  }

  async #readTrimmed(): Promise<number> {
    const entry = await this.store.read(TRIMMED_NAME);
    return (this.#trimmedThrough = Math.max(this.#trimmedThrough, Number(entry?.text ?? 0)));
  }

  #publish(state: SealState): void {
    if (state.size === this.#state.size && state.note === this.#state.note) return;
    this.#state = state;
    for (const waiter of [...this.#waiters]) waiter();
    const { checkpointFile } = this.#options;
    if (checkpointFile !== undefined && state.note !== null) {
      writeWhole(checkpointFile, state.note).catch(this.#options.onTrouble);
    }
  }

  #report(error: unknown): void {
    if (this.#closing.signal.aborted || error instanceof LeadLostError) return;
    if (error instanceof CorruptSealsError) this.alarms.set("seals", error.message);
    else if (error instanceof LogVanishedError) this.alarms.set("missing", error.message);
    else this.#options.onTrouble(error);
  }

  async #pause(ms: number): Promise<void> {
    await delay(ms, undefined, { signal: this.#closing.signal }).catch(() => undefined);
  }
}

/** So that whoever reads the file never finds half a note. */
async function writeWhole(file: string, text: string): Promise<void> {
  const draft = `${file}.${process.pid}`;
  await writeFile(draft, text);
  await rename(draft, file);
}

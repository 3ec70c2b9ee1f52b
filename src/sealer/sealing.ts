import { formatCheckpoint, parseCheckpoint } from "../audit/checkpoint.js";
import { leafTime, type ForeignLeaf, type MissingLeaf } from "../audit/leaf.js";
import { parseNote, signNote, type NoteSigner } from "../audit/note.js";
import { TileTree } from "../audit/tile-tree.js";
import { formatVerifierKey } from "../audit/verifier-key.js";
import { sha256Hex } from "../envelope/hash.js";
import { readBounds } from "../log/bounds.js";
import type { LogRecord } from "../log/record.js";
import { scan, type ForeignPlace, type MissingPlace, type Place } from "../log/scan.js";
import { SealsNotStoredError, type Entry, type SealStore } from "../log/seal-store.js";
import type { Log } from "../log/stream.js";
import { checkpointName } from "./checkpoint-history.js";
import { OpenScopes } from "./open-scopes.js";
import { makeReceipts, receiptEntry } from "./receipts.js";
import { withSequence, type SealKey, type SealState } from "./seal-state.js";
import { hashesEntry, leavesEntry, type SealedTiles } from "./sealed-tiles.js";
import { TreeThread, type Growth } from "./tree-thread.js";

/** Sequences that are gone and follow each other: more were never lost by accident, and are not sealed. */
const MAX_MISSING = 1_000_000;

const MAX_SCOPES = 50_000;
const MAX_SCOPE_BYTES = 32 * 1024 * 1024;

/** The name of the state in the store. */
export const STATE_NAME = "state";

/** Another sealer has sealed since we read how far the log is sealed. */
export class LeadLostError extends Error {
  override readonly name = "LeadLostError";
}

/** What is stored of the seals does not fit together: nothing can be sealed on top of it. */
export class CorruptSealsError extends Error {
  override readonly name = "CorruptSealsError";
}

/** So much of the log is gone that it cannot be the log that was sealed. */
export class LogVanishedError extends Error {
  override readonly name = "LogVanishedError";
}

/** A state, and what it must still be for the next one to be stored. */
export interface StoredState {
  state: SealState;
  /** 0: there is none yet. */
  revision: number;
}

export interface SealingParts {
  log: Log;
  store: SealStore;
  tiles: SealedTiles;
  signer: NoteSigner;
  /** Names this process among all that seal. */
  sealer: string;
  /** So many leaves are sealed when they are there, and not many more. */
  leavesAtOnce: number;
  /** Told of each state that is stored. */
  onStored: (state: SealState) => void;
  signal: AbortSignal;
}

/**
 * Seals a log from where it was left. Each {@link seal} stores leaves, tree, checkpoint and the state they
 * add up to in one atomic batch, and only if the state is still the one that it went on from: so whatever
 * crashes or runs beside it, what is stored always fits together, and no size ever has two checkpoints.
 */
export class Sealing {
  readonly #parts: SealingParts;
  readonly #tree: TreeThread;
  readonly #open = new OpenScopes(MAX_SCOPES, MAX_SCOPE_BYTES);
  #stored: StoredState;
  /** The size that has been sealed, or is being. */
  #begun: number;
  /** Rejects when what is being sealed cannot be stored. */
  #storing: Promise<void> = Promise.resolve();
  #missing: SealState["missing"];
  #foreign: SealState["foreign"];

  private constructor(parts: SealingParts, stored: StoredState, tree: TreeThread) {
    this.#parts = parts;
    this.#stored = stored;
    this.#begun = stored.state.size;
    this.#missing = stored.state.missing;
    this.#foreign = stored.state.foreign;
    this.#tree = tree;
  }

  /** @throws CorruptSealsError when the tiles do not have the root of the checkpoint */
  static async resume(parts: SealingParts, stored: StoredState): Promise<Sealing> {
    const { size, note } = stored.state;
    const tail = await parts.tiles.readTail(size);
    let tree: TileTree;
    try {
      tree = new TileTree(tail);
    } catch (cause) {
      throw new CorruptSealsError(`of ${size} leaves some are gone`, { cause });
    }
    if (note !== null) {
      const { root } = parseCheckpoint(parseNote(note).text);
      if (!Buffer.from(root).equals(tree.root())) {
        throw new CorruptSealsError(`the ${size} leaves do not have the root of their checkpoint`);
      }
    }
    return new Sealing(parts, stored, new TreeThread(tail));
  }

  /** To be called at last. */
  async close(): Promise<void> {
    await this.#storing.catch(() => undefined);
    await this.#tree.close();
  }

  get state(): SealState {
    return this.#stored.state;
  }

  /**
   * Says who seals from now on, so that the others stand by.
   *
   * @throws LeadLostError, SealsNotStoredError
   */
  async claim(): Promise<void> {
    const { sealer } = this.#parts;
    if (this.state.sealer !== sealer) await this.#store({ ...this.state, sealer }, []);
  }

  /** The sequence that is to be taken next. */
  get next(): number {
    return this.#tree.size + 1;
  }

  /** Takes events in, and reads what lies between them. */
  async take(records: readonly LogRecord[]): Promise<void> {
    for (const record of records) {
      if (record.sequence > this.next) await this.readOn(record.sequence - 1);
      if (record.sequence === this.next) this.#add({ is: "event", sequence: this.next, record });
    }
    if (this.#isFull) await this.#begin();
  }

  /** Reads the log up to a sequence that it has had, and seals whenever there is enough. */
  async readOn(to: number): Promise<void> {
    const { log, signal } = this.#parts;
    const { first } = await readBounds(log);
    if (first - this.next > MAX_MISSING) {
      throw new LogVanishedError(`sequences ${this.next}–${first - 1} are gone from the log`);
    }
    for await (const places of scan(log, this.next, to, signal)) {
      for (const place of places) this.#add(place);
      if (this.#isFull) await this.#begin();
    }
  }

  /**
   * Stores what has been taken in, with a checkpoint, and the receipts of scopes that have closed; nothing
   * where there is nothing new.
   *
   * @throws LeadLostError when somebody else has sealed meanwhile
   * @throws SealsNotStoredError when it is not known whether it is stored, or it is not
   */
  async seal(): Promise<void> {
    if (this.#tree.size > this.#begun) await this.#begin();
    await this.#storing;
  }

  /** Begins to seal what has been taken in, once what was begun before is stored; more can be taken in meanwhile. */
  async #begin(): Promise<void> {
    await this.#storing;
    const { store, signal } = this.#parts;
    const size = (this.#begun = this.#tree.size);
    const [missing, foreign] = [this.#missing, this.#foreign];
    const growth = this.#tree.grow(this.state.size);
    // Awaited below, and perhaps never when something else fails before.
    growth.catch(() => undefined);
    await this.#open.resolve(async (name) => {
      return (await store.read(receiptEntry(name, "").name)) !== undefined;
    });
    const due = this.#open.due;
    // Before the state: if we crash here they are made again, from the same events.
    await store.put(await makeReceipts({ ...this.#parts, open: this.#open }, due, size, signal));
    for (const name of due) this.#open.settled(name);
    this.#storing = growth.then((grown) => this.#storeGrown(grown, { size, missing, foreign }));
    // Whoever begins or waits next is told.
    this.#storing.catch(() => undefined);
  }

  async #storeGrown(
    { root, leaves, tiles, size: grown }: Growth,
    taken: Pick<SealState, "size" | "missing" | "foreign">,
  ): Promise<void> {
    const { log, signer, sealer } = this.#parts;
    const { size } = taken;
    if (grown !== size)
      throw new Error(`a tree of ${grown} leaves has come where one of ${size} is due`);
    const checkpoint = { origin: log.origin, size, root, extensions: [] };
    const note = signNote(formatCheckpoint(checkpoint), [signer]);
    const keys = keysWith(this.state, formatVerifierKey(signer.key));
    await this.#store({ ...this.state, ...taken, note, sealer, keys }, [
      ...leaves.map(({ tile, encoded }) => leavesEntry(tile, encoded)),
      ...tiles.map(({ level, tile, hashes }) => hashesEntry(level, tile, hashes)),
      { name: checkpointName(size), text: note },
    ]);
  }

  async #store(state: SealState, more: readonly Entry[]): Promise<void> {
    const entries = [{ name: STATE_NAME, text: JSON.stringify(state) }, ...more];
    const result = await this.#parts.store.commit(entries, this.#stored.revision);
    if (result.outcome === "stale") throw new LeadLostError();
    if (result.outcome !== "committed") throw new SealsNotStoredError(result);
    this.#stored = { state, revision: result.lastSequence - more.length };
    this.#parts.onStored(state);
  }

  get #isFull(): boolean {
    return this.#tree.size - this.#begun >= this.#parts.leavesAtOnce;
  }

  #add(place: Place): void {
    // A leaf at another place than its own would be sealed for ever.
    if (place.sequence !== this.next) {
      throw new Error(`sequence ${place.sequence} came where ${this.next} is due`);
    }
    if (place.is === "missing") this.#missing = withSequence(this.#missing, place.sequence);
    if (place.is === "foreign") this.#foreign = withSequence(this.#foreign, place.sequence);
    if (place.is === "event") {
      this.#open.observe(place.record);
      this.#tree.addEvent(place.record);
    } else {
      this.#tree.add(leafOf(place));
    }
  }
}

function leafOf(place: ForeignPlace | MissingPlace): ForeignLeaf | MissingLeaf {
  const { sequence } = place;
  if (place.is === "missing") return { missing: true, sequence };
  const { subject, bytes, recordedAtMs, recordedAtNanos } = place;
  const time = leafTime(recordedAtMs, recordedAtNanos);
  return { foreign: `sha256:${sha256Hex(bytes)}`, sequence, subject, time };
}

function keysWith({ keys, size }: SealState, verifierKey: string): readonly SealKey[] {
  if (keys.at(-1)?.verifierKey === verifierKey) return keys;
  return [...keys, { verifierKey, fromSize: size }];
}

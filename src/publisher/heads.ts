import { LRUCache } from "lru-cache";
import { closes } from "../envelope/closes.js";
import { EMPTY_CHAIN, type ChainHead } from "../envelope/seal.js";
import type { Log } from "../log/stream.js";
import { readHead } from "../log/read.js";
import type { LogRecord } from "../log/record.js";
import { scopeKey } from "./pending.js";
import type { RecentIds } from "./recent-ids.js";

/** The newest event of a scope, as far as this gateway knows: what the next append goes behind. */
export interface Head extends ChainHead {
  /** Its sequence, which JetStream is told to expect; 0 where the scope has no event. */
  sequence: number;
  /** It ended the scope. */
  isClosed: boolean;
}

const NO_HEAD: Head = { ...EMPTY_CHAIN, sequence: 0, isClosed: false };

/**
 * The heads of the scopes in use. A head that is out of date costs a retry, never a fork: every append
 * carries the sequence it expects.
 */
export class Heads {
  readonly #heads: LRUCache<string, Head>;

  constructor(
    readonly log: Log,
    readonly recentIds: RecentIds,
    /** How many scopes are kept; the least recently used one goes first. */
    capacity: number,
  ) {
    this.#heads = new LRUCache({ max: capacity });
  }

  /** By {@link scopeKey}. */
  get(key: string): Head | undefined {
    return this.#heads.get(key);
  }

  set(key: string, head: Head): void {
    this.#heads.set(key, head);
  }

  forget(key: string): void {
    this.#heads.delete(key);
  }

  /**
   * Reads the head from the stream's leader, and then waits until the log has been read that far: only
   * then do the recent ids hold everything that is in the scope.
   */
  async load(tenant: string, scope: string, signal: AbortSignal): Promise<void> {
    const record = await this.log.connection.answer(readHead(this.log, tenant, scope));
    if (record) await this.recentIds.reached(record.sequence, signal);
    const key = scopeKey(tenant, scope);
    const known = this.get(key);
    if (known && known.sequence >= (record?.sequence ?? 0)) return;
    this.set(key, record ? headOf(record) : NO_HEAD);
  }

  /** Takes in the next event of the log, of the scope that `key` names: another gateway may have appended it. */
  observe(key: string, record: LogRecord): void {
    const known = this.#heads.peek(key);
    if (known && record.sequence > known.sequence) this.#heads.set(key, headOf(record));
  }
}

function headOf(record: LogRecord): Head {
  return {
    index: record.index,
    hash: record.hash,
    sequence: record.sequence,
    isClosed: closes(record.scope, record.type),
  };
}

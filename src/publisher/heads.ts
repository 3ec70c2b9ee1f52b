import { setImmediate as nextTurn } from "node:timers/promises";
import { LRUCache } from "lru-cache";
import { closes } from "../envelope/closes.js";
import { EMPTY_CHAIN, type ChainHead } from "../envelope/seal.js";
import { readExtent } from "../log/prefix.js";
import type { Log } from "../log/stream.js";
import { readHead } from "../log/read.js";
import type { LogRecord, ScopeHead } from "../log/record.js";
import { TrimmedHeads } from "../log/trimmed-heads.js";
import { scopeKey } from "./pending.js";
import type { RecentIds } from "./recent-ids.js";

/** The newest event of a scope, as far as this gateway knows: what the next append goes behind. */
export interface Head extends ChainHead {
  /**
   * The sequence that JetStream is told to expect as the subject's last; 0 where no event of the scope is in
   * the log: because there has been none, or because all are trimmed.
   */
  sequence: number;
  /** It ended the scope. */
  isClosed: boolean;
  /** `performance.now()` from which on what it says was true. */
  readAtMs: number;
}

/**
 * How long a head without a sequence is appended behind. JetStream takes an append that expects 0 also when
 * events have come and been trimmed again since the head was read. That takes retention longer than
 * this, and than a commit is under way, because it leaves the newest events alone (YOUNGEST_MS).
 */
const EMPTY_TRUST_MS = 60_000;

/**
 * The heads of the scopes in use. A head that is out of date costs a retry, never a fork: every append
 * carries the sequence it expects.
 */
export class Heads {
  readonly #heads: LRUCache<string, Head>;
  readonly #trimmed: TrimmedHeads;
  #isTrimmed = false;
  #asking: Promise<void> | undefined;

  constructor(
    readonly log: Log,
    readonly recentIds: RecentIds,
    /** How many scopes are kept; the least recently used one goes first. */
    capacity: number,
  ) {
    this.#heads = new LRUCache({ max: capacity });
    this.#trimmed = TrimmedHeads.of(log);
  }

  /** By {@link scopeKey}. */
  get(key: string): Head | undefined {
    return this.#heads.get(key);
  }

  /** Whether an append can go behind the head that is known. */
  isFresh(key: string): boolean {
    const head = this.#heads.get(key);
    if (!head) return false;
    return head.sequence > 0 || performance.now() - head.readAtMs < EMPTY_TRUST_MS;
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
    const readAtMs = performance.now();
    const record = await this.log.connection.answer(readHead(this.log, tenant, scope));
    if (record) await this.recentIds.reached(record.sequence, signal);
    const trimmed = record ? undefined : await this.#findTrimmed(tenant, scope);
    const key = scopeKey(tenant, scope);
    const known = this.get(key);
    if (known && known.sequence >= (record?.sequence ?? 1)) return;
    if (record) this.set(key, headOf(record, record.sequence, readAtMs));
    else if (trimmed) this.set(key, headOf(trimmed, 0, readAtMs));
    else this.set(key, { ...EMPTY_CHAIN, sequence: 0, isClosed: false, readAtMs });
  }

  /** Takes in the next event of the log, of the scope that `key` names: another gateway may have appended it. */
  observe(key: string, record: LogRecord): void {
    const known = this.#heads.peek(key);
    if (!known || record.sequence <= known.sequence || record.index <= known.index) return;
    this.#heads.set(key, headOf(record, record.sequence, performance.now()));
  }

  /**
   * The head of a scope that has just been seen to have no event in the log. As long as nothing of the log
   * has been trimmed, it need not be looked for.
   */
  async #findTrimmed(tenant: string, scope: string): Promise<ScopeHead | undefined> {
    if (!this.#isTrimmed) await this.#askWhetherTrimmed();
    return this.#isTrimmed ? this.#trimmed.find(tenant, scope) : undefined;
  }

  /** All who ask in one turn of the event loop share a question, which is sent after they have asked. */
  #askWhetherTrimmed(): Promise<void> {
    this.#asking ??= (async () => {
      await nextTurn();
      this.#asking = undefined;
      this.#isTrimmed ||= (await readExtent(this.log)).first > 1;
    })();
    return this.#asking;
  }
}

function headOf(head: ScopeHead, sequence: number, readAtMs: number): Head {
  const { index, hash, scope, type } = head;
  return { index, hash, sequence, isClosed: closes(scope, type), readAtMs };
}

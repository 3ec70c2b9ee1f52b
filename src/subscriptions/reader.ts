import { setTimeout as delay } from "node:timers/promises";
import { Continuity } from "../coordinator/continuity.js";
import type { Delivery } from "../coordinator/feed.js";
import { endOf, ends } from "../coordinator/frames.js";
import { claimReader, type ReaderClaim } from "../log/reader-claim.js";
import type { ScopeHead } from "../log/record.js";
import type { Log } from "../log/stream.js";
import {
  findSubscription,
  isConsumerNotFound,
  noteProgress,
  resetSubscription,
  type Subscription,
  type SubscriptionKey,
} from "../log/subscription.js";
import {
  acknowledge,
  SharedSubscriptionError,
  subscriptionDeliveries,
  type DeliveredBatch,
  type Receipt,
} from "../log/subscription-deliveries.js";
import { demandSameLog, LogReplacedError } from "../log/tail.js";
import { isUnavailable } from "../log/unavailable.js";
import { formatCursor } from "../wire/cursor.js";
import { parted } from "./parted.js";
import { busy, deleted, replaced } from "./problems.js";

const RETRY_DELAY_MS = 250;

/** A reader that has just gone may not be known to have gone; who comes after it waits this long. */
const CLAIM_ATTEMPTS = 4;

/** Where a reader stands when its stream opens. */
export interface ReaderStart {
  /** As it is after its reset. */
  subscription: Subscription;
  /** The stream starts after this sequence. */
  after: number;
  /** The event that has ended the scope, where it has ended already. */
  terminal: ScopeHead | undefined;
  signal: AbortSignal;
}

/** The one reader of a subscription: what it has been sent and not acknowledged, and how it goes on. */
export class Reader {
  #claim: ReaderClaim | undefined;
  /** Of what has been sent and not acknowledged; the server sees to it that they are not many. */
  #receipts: Receipt[] = [];
  #acked = 0;

  constructor(
    readonly log: Log,
    readonly key: SubscriptionKey,
    readonly maxAckPending: number,
  ) {}

  /** Another reader came first. */
  get isDisplaced(): boolean {
    return this.#claim?.lost.aborted ?? false;
  }

  /** @throws ProblemError `subscription-busy` */
  async claim(signal: AbortSignal): Promise<void> {
    const acknowledge = (sequence: number) => this.acknowledge(sequence);
    for (let attempt = 1; attempt <= CLAIM_ATTEMPTS; attempt++) {
      this.#claim = await claimReader(this.log, this.key, acknowledge);
      if (this.#claim) return;
      await delay(RETRY_DELAY_MS, undefined, { signal }).catch(() => undefined);
    }
    throw busy(this.key.name);
  }

  readonly release = (): void => {
    this.#claim?.release();
    this.#claim = undefined;
  };

  /** Acknowledges what has been sent up to a sequence; resolves when the server knows. */
  async acknowledge(sequence: number): Promise<void> {
    const receipt = this.#receipts.findLast((sent) => sent.sequence <= sequence);
    if (!receipt) return;
    await acknowledge(this.log, receipt);
    this.#receipts = this.#receipts.filter((sent) => sent.sequence > receipt.sequence);
    this.#acked = Math.max(this.#acked, receipt.sequence);
  }

  /**
   * Every event after the start, once and in order, until the scope ends or the signal aborts. What the
   * log gives again because the connection to it was lost is not sent again in the same stream.
   *
   * @throws ProblemError `subscription-busy`, `not-found` when it was deleted
   */
  async *deliveries(start: ReaderStart): AsyncGenerator<Delivery> {
    const { path, delivered } = start.subscription;
    const { log, key } = this;
    const continuity = new Continuity();
    let { terminal, after: position } = start;
    let isCaughtUp = false;
    this.#acked = start.after;
    try {
      for await (const { records, receipts, isLast } of this.#batches(start)) {
        const fresh = records.filter(({ sequence }) => sequence > position);
        yield* parted(log, fresh, { position, delivered, continuity });
        position = Math.max(position, receipts.at(-1)?.sequence ?? 0);
        terminal = fresh.findLast((record) => ends(record, path)) ?? terminal;
        if (!isLast) continue;
        const cursor = formatCursor(position, log.epoch);
        if (!isCaughtUp) {
          isCaughtUp = true;
          yield { kind: "caught-up", cursor };
        }
        if (terminal && terminal.sequence <= position) {
          yield endOf(terminal, cursor);
          return;
        }
      }
    } finally {
      const progress = { acked: this.#acked, delivered: Math.max(delivered, position) };
      // It only makes later gaps and marks exact, and the server may just be away.
      await log.connection
        .answer(noteProgress(log, { ...key, path }, progress))
        .catch(() => undefined);
      this.release();
    }
  }

  /** What the consumer delivers, through lost connections; each time it begins with an empty batch. */
  async *#batches({ subscription, signal }: ReaderStart): AsyncGenerator<DeliveredBatch> {
    let placed: Subscription | undefined = subscription;
    while (placed && this.#claim) {
      let isDrained = placed.undelivered === 0;
      yield { records: [], receipts: [], isLast: isDrained };
      // What was to come may have been trimmed; placing the consumer again tells.
      const onIdle = (stop: () => void) => {
        if (!isDrained && this.#receipts.length < this.maxAckPending) stop();
      };
      const whileOurs = AbortSignal.any([signal, this.#claim.lost]);
      try {
        for await (const batch of subscriptionDeliveries(this.log, this.key, whileOurs, onIdle)) {
          isDrained = batch.isLast;
          this.#receipts.push(...batch.receipts);
          yield batch;
        }
      } catch (error) {
        const isShared = error instanceof SharedSubscriptionError;
        if (!isShared && !isConsumerNotFound(error) && !isUnavailable(error)) throw error;
      }
      placed = signal.aborted ? undefined : await this.#place(signal);
    }
  }

  /** Claims and resets the subscription again, waiting while NATS is away. */
  async #place(signal: AbortSignal): Promise<Subscription | undefined> {
    while (!signal.aborted) {
      try {
        if (this.isDisplaced) throw busy(this.key.name);
        this.release();
        await this.claim(signal);
        await this.log.connection.answer(demandSameLog(this.log));
        const subscription = await this.log.connection.answer(this.#reset());
        this.#receipts = [];
        return subscription;
      } catch (error) {
        if (error instanceof LogReplacedError) throw replaced();
        if (this.log.nc.isClosed() || !isUnavailable(error)) throw error;
        await delay(RETRY_DELAY_MS, undefined, { signal }).catch(() => undefined);
      }
    }
    return undefined;
  }

  async #reset(): Promise<Subscription> {
    if (!(await findSubscription(this.log, this.key))) throw deleted(this.key.name);
    // A nats-server that was killed may have forgotten the newest acknowledgements, or a reset: it writes
    // them to disk a moment later. What we know of them is newer.
    return resetSubscription(this.log, this.key, this.#acked);
  }
}

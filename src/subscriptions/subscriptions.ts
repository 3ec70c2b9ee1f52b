import type { OpenedStream } from "../coordinator/coordinator.js";
import type { Delivery, Feed, Standing } from "../coordinator/feed.js";
import { openAt } from "../coordinator/frames.js";
import type { History } from "../coordinator/history.js";
import type { Hub } from "../coordinator/hub.js";
import { selectionOf } from "../coordinator/selection.js";
import { resolveStart, type Start } from "../coordinator/start.js";
import { closes } from "../envelope/closes.js";
import { readBounds } from "../log/bounds.js";
import { readTimelineHeads } from "../log/read.js";
import { askReader } from "../log/reader-claim.js";
import type { Log } from "../log/stream.js";
import { TrimmedHeads } from "../log/trimmed-heads.js";
import {
  createSubscription,
  deleteSubscription,
  findSubscription,
  listSubscriptions,
  noteProgress,
  resetSubscription,
  supportsSubscriptions,
  type Subscription,
  type SubscriptionLimits,
} from "../log/subscription.js";
import { formatCursor, type Cursor } from "../wire/cursor.js";
import type { GapFrame, OpenFrame } from "../wire/frame.js";
import { problem, ProblemError } from "../wire/problem.js";
import { correlationIn } from "../wire/timeline.js";
import type { SubscriptionState } from "../wire/subscription.js";
import { badName, busy, otherScope, tooMany, unknown, unsupported } from "./problems.js";
import { Reader, type ReaderStart } from "./reader.js";
import { describe } from "./state.js";

const NAME_PATTERN = /^[A-Za-z0-9_-]{1,64}$/;

export interface SubscriptionRequest {
  tenant: string;
  /** 1 to 64 letters, digits, `_` or `-`. */
  name: string;
  /** A scope's path, or empty for the whole tenant. */
  path: string;
  /**
   * Where a new subscription starts. One that exists goes on after what was acknowledged, but a cursor or a
   * sequence rewinds it, unless the cursor is that of a reconnect: an EventSource sends one each time, and
   * what came before it may not have been acknowledged.
   */
  start: Start;
  /** Ends the stream and frees what it holds. */
  signal: AbortSignal;
}

export interface SubscriptionOptions extends SubscriptionLimits {
  /** Subscriptions that a tenant may have. */
  maxPerTenant: number;
}

/**
 * Durable subscriptions: timelines whose reader's position the log keeps. At least once: every event is
 * sent until it is acknowledged, in order within a stream, and to one reader at a time among all gateways.
 */
export class Subscriptions {
  readonly log: Log;
  readonly hub: Hub;

  constructor(
    readonly history: History,
    readonly options: SubscriptionOptions,
  ) {
    this.log = history.log;
    this.hub = history.hub;
  }

  /**
   * Opens the stream of a subscription, which is created when there is none by that name. What has been
   * sent and not acknowledged comes again first, marked.
   *
   * A reader that acknowledges nothing is sent `maxAckPending` events and then waits for itself.
   *
   * @throws ProblemError `subscription-scope` when it is one of another scope, `subscription-busy`,
   *   `too-many-subscriptions`, `bad-parameter` for its name, `cursor-ahead`
   */
  async open(request: SubscriptionRequest): Promise<OpenedStream> {
    const { tenant, name, path, signal } = request;
    if (!NAME_PATTERN.test(name)) throw badName("/query/durable");
    if (correlationIn(path) !== undefined) {
      throw new ProblemError(
        problem(
          "bad-parameter",
          "durable goes with a scope, or with the whole tenant, and not with a correlation.",
          { pointer: "/query/durable" },
        ),
      );
    }
    if (!supportsSubscriptions(this.log)) throw unsupported();
    const reader = new Reader(this.log, { tenant, name }, this.options.maxAckPending);
    await reader.claim(signal);
    try {
      const start = await this.log.connection.answer(this.#start(request, reader));
      if (!start) {
        reader.release();
        return { outcome: "ended" };
      }
      // The frames may never be asked for, and so never come to their end.
      signal.addEventListener("abort", reader.release, { once: true });
      if (signal.aborted) reader.release();
      const open = this.#openFrame(start);
      return {
        outcome: "open",
        opening: start.gap ? [open, start.gap] : [open],
        feed: new SubscriptionFeed(reader, start),
      };
    } catch (error) {
      reader.release();
      throw error;
    }
  }

  /**
   * Acknowledges everything that has been sent up to a cursor, whichever gateway has the reader, or none.
   *
   * @throws ProblemError `not-found`, `bad-cursor`, `cursor-ahead`
   */
  async ack(tenant: string, name: string, cursor: Cursor): Promise<SubscriptionState> {
    const { log } = this;
    const key = { tenant, name };
    const subscription = await this.#demand(tenant, name);
    await this.#demandKnown(cursor);
    const { sequence } = cursor;
    const answer = await askReader(log, key, { op: "ack", sequence });
    if (answer?.outcome === "failed") throw notStored();
    if (!answer) {
      const acked = Math.min(sequence, subscription.delivered);
      // Without a reader there is no delivery to acknowledge; to start behind it comes to the same.
      if (acked > subscription.floor) {
        await noteProgress(log, subscription, { acked, delivered: subscription.delivered });
        await resetSubscription(log, key, acked);
      }
    }
    return this.get(tenant, name);
  }

  /** @throws ProblemError `not-found` */
  async get(tenant: string, name: string): Promise<SubscriptionState> {
    return describe(this.log, await this.#demand(tenant, name));
  }

  /** All of a tenant, by name. */
  async list(tenant: string): Promise<SubscriptionState[]> {
    const found = await this.log.connection.answer(listSubscriptions(this.log, tenant));
    return Promise.all(found.map((subscription) => describe(this.log, subscription)));
  }

  /** How many a tenant has. */
  async count(tenant: string): Promise<number> {
    return (await this.log.connection.answer(listSubscriptions(this.log, tenant))).length;
  }

  /**
   * Ends a subscription and forgets its position; its reader is told.
   *
   * @throws ProblemError `not-found`
   */
  async delete(tenant: string, name: string): Promise<void> {
    await this.#demand(tenant, name);
    await this.log.connection.answer(deleteSubscription(this.log, { tenant, name }));
  }

  async #demand(tenant: string, name: string): Promise<Subscription> {
    const { log } = this;
    const found = NAME_PATTERN.test(name)
      ? await log.connection.answer(findSubscription(log, { tenant, name }))
      : undefined;
    if (!found) throw unknown(name.slice(0, 64));
    return found;
  }

  async #demandKnown({ sequence, epoch }: Cursor): Promise<void> {
    const { log, hub } = this;
    const pointer = "/cursor";
    if (epoch !== undefined && epoch !== log.epoch) {
      const detail = `The cursor is one of another log: the epoch of this one is ${log.epoch}.`;
      throw new ProblemError(problem("bad-cursor", detail, { pointer }));
    }
    if (sequence <= hub.position) return;
    const { last } = await log.connection.answer(readBounds(log));
    if (sequence <= last) return;
    const detail = `The cursor is beyond the end of the log, which is ${formatCursor(last, log.epoch)}.`;
    throw new ProblemError(problem("cursor-ahead", detail, { pointer }));
  }

  /** Undefined where the scope has ended and all of it is acknowledged. */
  async #start(request: SubscriptionRequest, reader: Reader): Promise<Opening | undefined> {
    const { tenant, name, path, signal } = request;
    const { history, log, hub, options } = this;
    const key = { tenant, name };
    const known = await findSubscription(log, key);
    if (known && known.path !== path) throw otherScope(name, known.path);
    const isResume = known !== undefined && !rewinds(request.start);
    const start: Start = isResume
      ? { at: "cursor", cursor: await this.#acknowledged(known), isReconnect: true }
      : request.start;
    // The consumer reads the log, not the ring: what is trimmed is lost to it, however recent.
    const reach = { position: hub.position, reachesBackTo: Infinity };
    const { after, gap } = await resolveStart(
      history,
      reach,
      selectionOf(tenant, path, undefined),
      start,
      request,
    );
    const heads = path === "" ? undefined : await readTimelineHeads(log, tenant, path);
    const own = heads && (heads.own ?? (await TrimmedHeads.of(log).find(tenant, path)));
    const terminal = own && closes(path, own.type) ? own : undefined;
    if (terminal && start.at === "cursor" && !gap && (heads?.newest ?? 0) <= after) {
      return undefined;
    }
    if (reader.isDisplaced) throw busy(name);
    if (!known) {
      const count = (await listSubscriptions(log, tenant)).length;
      if (count >= options.maxPerTenant) throw tooMany(options.maxPerTenant);
      const subscription = await createSubscription(log, key, path, after, options);
      if (subscription.path !== path) throw otherScope(name, subscription.path);
      return { subscription, after, terminal, signal, gap, path };
    }
    await noteProgress(log, known, { acked: after, delivered: known.delivered });
    const reset = await resetSubscription(log, key, isResume ? undefined : after);
    const subscription = { ...reset, delivered: known.delivered };
    return { subscription, after, terminal, signal, gap, path };
  }

  /** Where trimming has moved the floor, what lies between was not acknowledged: the reader is told. */
  async #acknowledged({ floor, acked }: Subscription): Promise<Cursor> {
    const { first } = await readBounds(this.log);
    return { sequence: floor < first ? Math.min(acked, floor) : floor, epoch: this.log.epoch };
  }

  #openFrame({ after, path, subscription: { delivered } }: Opening): OpenFrame {
    const { log, hub } = this;
    return {
      ...openAt(log, hub, path, after),
      ...(delivered > after && { redeliveredThrough: formatCursor(delivered, log.epoch) }),
    };
  }
}

/** What a consumer delivers: all of it is caught up with, and nothing is ever at hand. */
class SubscriptionFeed implements Feed {
  readonly #reader: Reader;
  readonly #start: Opening;
  #isOver = false;

  constructor(reader: Reader, start: Opening) {
    this.#reader = reader;
    this.#start = start;
  }

  pull(): Standing {
    return this.#isOver ? "over" : "behind";
  }

  async *catchUp(signal: AbortSignal): AsyncGenerator<Delivery> {
    // From here on the end of the deliveries is the end of the claim, once its progress is noted.
    this.#start.signal.removeEventListener("abort", this.#reader.release);
    yield* this.#reader.deliveries({ ...this.#start, signal });
    this.#isOver = true;
  }

  wait(): void {
    throw new Error("there is nothing to wait for: it is always behind, or over");
  }

  stopWaiting(): void {
    // Nobody waits.
  }
}

interface Opening extends ReaderStart {
  path: string;
  gap: GapFrame | undefined;
}

/** Whether a start moves a subscription that exists. */
function rewinds(start: Start): boolean {
  return start.at === "sequence" || (start.at === "cursor" && !start.isReconnect);
}

function notStored(): ProblemError {
  const detail = "The acknowledgement could not be stored: send it again.";
  return new ProblemError(problem("unavailable", detail, { retryAfterMs: 2000 }));
}

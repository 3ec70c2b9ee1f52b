import { AckPolicy, DeliverPolicy, JetStreamApiError, type ConsumerInfo } from "@nats-io/jetstream";
import { timelineSubjects } from "../envelope/scope.js";
import type { Log } from "./stream.js";

const CONSUMER_NOT_FOUND = 10014;
const CONSUMER_NAME_IN_USE = 10148;

const SCOPE = "runtrail.scope";
const ACKED = "runtrail.acked";
const DELIVERED = "runtrail.delivered";

/**
 * Longer than any stream lives: what is not acknowledged is sent again to the next reader, and never in
 * the middle of a stream, where it would break the order.
 */
const ACK_WAIT_MS = 24 * 60 * 60 * 1000;

export interface SubscriptionKey {
  tenant: string;
  name: string;
}

/** A durable subscription as the log keeps it: a JetStream consumer that acknowledges everything before. */
export interface Subscription extends SubscriptionKey {
  /** A scope's path, or empty for the whole tenant. */
  path: string;
  /** Sequence up to which nothing is sent any more: acknowledged, or trimmed since. */
  floor: number;
  /** What readers have acknowledged, trimming aside; lags behind `floor` while a reader is connected. */
  acked: number;
  /** Sequence of the newest event that a reader has ever been sent. */
  delivered: number;
  /** Events that have been sent since the last reader connected, and not been acknowledged. */
  unacked: number;
  /** Events behind those. */
  undelivered: number;
  /** RFC 3339. */
  createdAt: string;
}

export interface SubscriptionLimits {
  /** Events that a reader may have without acknowledging any; it gets no more then. */
  maxAckPending: number;
  /** A subscription that nobody reads or acknowledges for this long is removed. */
  idleMs: number;
}

/** Whether the server can reset a consumer (ADR-60). */
export function supportsSubscriptions({ nc }: Log): boolean {
  const [major = 0, minor = 0] = (nc.info?.version ?? "").split(".").map(Number);
  return major > 2 || (major === 2 && minor >= 14);
}

/** The subscription by that name, or undefined. Asks the consumer's leader. */
export async function findSubscription(
  log: Log,
  key: SubscriptionKey,
): Promise<Subscription | undefined> {
  try {
    return subscriptionOf(await log.jsm.consumers.info(log.stream, consumerName(key)));
  } catch (error) {
    if (isConsumerNotFound(error)) return undefined;
    throw error;
  }
}

/** All subscriptions of a tenant, by name. */
export async function listSubscriptions(log: Log, tenant: string): Promise<Subscription[]> {
  const found: Subscription[] = [];
  for await (const info of log.jsm.consumers.list(log.stream)) {
    const subscription = subscriptionOf(info);
    if (subscription?.tenant === tenant) found.push(subscription);
  }
  return found.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/**
 * Creates a subscription that starts after a sequence. Where another gateway has just created one by that
 * name, that one stands.
 */
export async function createSubscription(
  log: Log,
  key: SubscriptionKey,
  path: string,
  after: number,
  { maxAckPending, idleMs }: SubscriptionLimits,
): Promise<Subscription> {
  try {
    await log.jsm.consumers.add(log.stream, {
      durable_name: consumerName(key),
      // "Everything up to here" is what a cursor says, and one message says it for all before it.
      ack_policy: AckPolicy.All,
      ack_wait: ACK_WAIT_MS * 1e6,
      max_ack_pending: maxAckPending,
      // A consumer with a start of its own could not be reset to before it.
      deliver_policy: DeliverPolicy.All,
      filter_subjects: timelineSubjects(key.tenant, path),
      inactive_threshold: idleMs * 1e6,
      metadata: metadataOf(path, after, 0),
    });
  } catch (error) {
    if (!(error instanceof JetStreamApiError) || error.code !== CONSUMER_NAME_IN_USE) throw error;
    const other = await findSubscription(log, key);
    if (!other) throw error;
    return other;
  }
  // Killed before this, it starts at the start; whoever asked for another one asks again.
  return resetSubscription(log, key, after);
}

/**
 * Makes a subscription begin anew: after `after`, or after its floor. Everything behind that is sent again,
 * and deliveries count from 1 again. Needs nats-server 2.14 (ADR-60); unlike a consumer that is deleted and
 * created, it is there all the time. It must exist: the server gives no answer about one that does not.
 */
export async function resetSubscription(
  log: Log,
  key: SubscriptionKey,
  after?: number,
): Promise<Subscription> {
  const seq = after === undefined ? undefined : after + 1;
  const info = await log.jsm.consumers.reset(log.stream, consumerName(key), seq);
  return demandSubscription(info);
}

/**
 * Notes, with the consumer, what it forgets itself: a reset forgets what has been delivered, and trimming
 * moves the floor as if what is gone had been acknowledged.
 */
export async function noteProgress(
  log: Log,
  { path, ...key }: SubscriptionKey & { path: string },
  { acked, delivered }: { acked: number; delivered: number },
): Promise<void> {
  const metadata = metadataOf(path, acked, delivered);
  await log.jsm.consumers.update(log.stream, consumerName(key), { metadata });
}

/** Whether there was one to delete. */
export async function deleteSubscription(log: Log, key: SubscriptionKey): Promise<boolean> {
  try {
    return await log.jsm.consumers.delete(log.stream, consumerName(key));
  } catch (error) {
    if (isConsumerNotFound(error)) return false;
    throw error;
  }
}

export function isConsumerNotFound(error: unknown): boolean {
  return error instanceof JetStreamApiError && error.code === CONSUMER_NOT_FOUND;
}

/** A tenant has no underscore, so the first one ends it: no two tenants can share a consumer. */
export function consumerName({ tenant, name }: SubscriptionKey): string {
  return `sub-${tenant}_${name}`;
}

function metadataOf(path: string, acked: number, delivered: number): Record<string, string> {
  return { [SCOPE]: path, [ACKED]: String(acked), [DELIVERED]: String(delivered) };
}

function demandSubscription(info: ConsumerInfo): Subscription {
  const subscription = subscriptionOf(info);
  if (!subscription) throw new Error(`consumer ${info.name} is no subscription`);
  return subscription;
}

/** Undefined where the consumer is not one of a subscription. */
function subscriptionOf(info: ConsumerInfo): Subscription | undefined {
  const named = /^sub-([a-z0-9-]+)_(.+)$/.exec(info.name);
  const { metadata } = info.config;
  const path = metadata?.[SCOPE];
  if (!named || path === undefined) return undefined;
  const floor = info.ack_floor.stream_seq;
  return {
    tenant: named[1] ?? "",
    name: named[2] ?? "",
    path,
    floor,
    acked: Number(metadata?.[ACKED] ?? 0),
    delivered: Math.max(
      Number(metadata?.[DELIVERED] ?? 0),
      // After a reset this is the floor, which says nothing about deliveries.
      info.delivered.consumer_seq > 0 ? info.delivered.stream_seq : 0,
    ),
    unacked: info.num_ack_pending,
    undelivered: info.num_pending,
    createdAt: info.created,
  };
}

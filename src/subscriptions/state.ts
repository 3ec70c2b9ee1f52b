import { askReader } from "../log/reader-claim.js";
import type { Log } from "../log/stream.js";
import type { Subscription } from "../log/subscription.js";
import { formatCursor } from "../wire/cursor.js";
import type { SubscriptionState } from "../wire/subscription.js";

export async function describe(log: Log, subscription: Subscription): Promise<SubscriptionState> {
  const { name, path, floor, delivered, unacked, undelivered, createdAt } = subscription;
  return {
    name,
    scope: path,
    ackedCursor: formatCursor(floor, log.epoch),
    deliveredCursor: formatCursor(Math.max(floor, delivered), log.epoch),
    lag: unacked + undelivered,
    pendingAcks: unacked,
    isActive: await hasReader(log, subscription),
    createdAt,
  };
}

async function hasReader(log: Log, subscription: Subscription): Promise<boolean> {
  return (await askReader(log, subscription, { op: "ask" })) !== undefined;
}

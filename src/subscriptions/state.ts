import { askReader } from "../log/reader-claim.js";
import type { Log } from "../log/stream.js";
import type { Subscription } from "../log/subscription.js";
import { formatCursor, type CursorText } from "../wire/cursor.js";

/** What is told about a subscription. */
export interface SubscriptionState {
  name: string;
  /** A scope's path, or empty for the whole tenant. */
  scope: string;
  /** Nothing up to here is sent again. */
  ackedCursor: CursorText;
  /** The newest that a reader has ever been sent. */
  deliveredCursor: CursorText;
  /** Events of the scope behind `ackedCursor`. */
  lag: number;
  /** Those of them that have been sent since the last reader connected. */
  pendingAcks: number;
  /** It has a reader now. */
  isActive: boolean;
  /** RFC 3339. */
  createdAt: string;
}

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

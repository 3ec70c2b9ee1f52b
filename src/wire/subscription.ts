import type { CursorText } from "./cursor.js";

/** What is told about a durable subscription. */
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

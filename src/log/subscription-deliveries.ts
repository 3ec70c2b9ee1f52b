import type { JsMsg } from "@nats-io/jetstream";
import { deliveries } from "./deliveries.js";
import { recordOfDelivery, type LogRecord } from "./record.js";
import type { Log } from "./stream.js";
import { consumerName, type SubscriptionKey } from "./subscription.js";

/** What the server sends ahead of the reader; larger than any envelope, or that one would never come. */
const READ_AHEAD_BYTES = 2.5 * 1024 * 1024;

/** How much is handed out at once. */
const HAND_OUT_BYTES = 64 * 1024;

/** By which a delivery, and with it all before it, is acknowledged. */
export interface Receipt {
  sequence: number;
  replyTo: string;
}

/** Deliveries that have come together, in order. */
export interface DeliveredBatch {
  records: LogRecord[];
  /** One for each message, those that are no events too. */
  receipts: Receipt[];
  /** Nothing more of the subscription is in the log now. */
  isLast: boolean;
}

/** Deliveries do not follow each other: another one reads, or has reset, the same subscription. */
export class SharedSubscriptionError extends Error {
  override readonly name = "SharedSubscriptionError";
}

/**
 * What a subscription that has just been reset delivers, until `signal` aborts or the connection is lost.
 *
 * That every delivery has the number behind the one before proves that nobody else is given any: whatever
 * readers believe about each other, an acknowledgement never passes over what its reader has not had.
 *
 * @param onIdle called after each second without a delivery
 * @throws SharedSubscriptionError
 */
export async function* subscriptionDeliveries(
  log: Log,
  key: SubscriptionKey,
  signal: AbortSignal,
  onIdle: (stop: () => void) => void,
): AsyncGenerator<DeliveredBatch> {
  const consumer = await log.connection.answer(log.js.consumers.get(log.stream, consumerName(key)));
  let batch: DeliveredBatch = { records: [], receipts: [], isLast: false };
  let bytes = 0;
  let delivery = 0;
  const read = { max_bytes: READ_AHEAD_BYTES };
  // What seemed to be at hand has not come: what has come must not wait for it.
  const whenIdle = (stop: () => void) => {
    if (batch.receipts.length > 0) stop();
    else onIdle(stop);
  };
  for await (const { message, isLastAtHand } of deliveries(log, consumer, read, signal, whenIdle)) {
    const { deliverySequence, streamSequence, pending } = message.info;
    if (deliverySequence !== ++delivery) throw new SharedSubscriptionError(consumerName(key));
    const record = recordOfDelivery(message);
    if (record) {
      batch.records.push(record);
      bytes += record.bytes.length;
    }
    // The client's messages have it, their type does not; to keep whole messages would keep their bytes.
    const { reply: replyTo } = message as JsMsg & { reply: string };
    batch.receipts.push({ sequence: streamSequence, replyTo });
    batch.isLast = pending === 0;
    if (!isLastAtHand && !batch.isLast && bytes < HAND_OUT_BYTES) continue;
    yield batch;
    batch = { records: [], receipts: [], isLast: false };
    bytes = 0;
  }
  if (batch.receipts.length > 0) yield batch;
}

/**
 * Acknowledges a delivery and all before it; resolves when the server knows. A single server writes it to
 * disk about a tenth of a second later, and if it is killed before, sends again what was acknowledged.
 */
export async function acknowledge(log: Log, { replyTo }: Receipt): Promise<void> {
  await log.connection.answer(log.nc.request(replyTo, "+ACK", { timeout: 5000 }));
}

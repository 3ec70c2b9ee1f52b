import type { EventsDelivery } from "../../coordinator/feed.js";
import type { LogRecord } from "../../log/record.js";
import { formatCursor } from "../../wire/cursor.js";
import { framed } from "../framed.js";

/**
 * The hub hands one and the same array to all followers that stand at the same place. What of a message is
 * the same for all of them is made for the first, and kept while the array is.
 */
const made = new WeakMap<readonly LogRecord[], Buffer>();

/**
 * The text of an `events` message: a beginning that names the subscription, and the rest. Envelopes are in it
 * as they are stored, byte for byte.
 *
 * @param sub ASCII only
 */
export function eventsMessage(
  sub: string,
  { records, redelivered }: EventsDelivery,
  epoch: string,
): Uint8Array[] {
  let rest = made.get(records);
  if (!rest) {
    const head = ({ sequence }: LogRecord, place: number) =>
      `${place === 0 ? "" : ","}{"cursor":"${formatCursor(sequence, epoch)}","event":`;
    rest = framed(records, head, "}", "]}");
    made.set(records, rest);
  }
  const mark = redelivered ? '"redelivered":true,' : "";
  return [Buffer.from(`{"op":"events","sub":${JSON.stringify(sub)},${mark}"events":[`), rest];
}

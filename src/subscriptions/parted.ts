import type { Continuity } from "../coordinator/continuity.js";
import type { EventsDelivery } from "../coordinator/feed.js";
import { gapOf } from "../coordinator/frames.js";
import type { LogRecord } from "../log/record.js";
import type { Log } from "../log/stream.js";
import type { GapFrame } from "../wire/frame.js";

export interface Progress {
  /** Sequence of the event before these. */
  position: number;
  /** Up to this sequence, they have been sent before. */
  delivered: number;
  continuity: Continuity;
}

/** Events as they go out: those sent before apart from the others, and a gap where some were trimmed. */
export async function* parted(
  log: Log,
  records: readonly LogRecord[],
  { position, delivered, continuity }: Progress,
): AsyncGenerator<EventsDelivery | GapFrame> {
  let part: LogRecord[] = [];
  let last = position;
  for (const record of records) {
    const hole = continuity.next(record);
    const isFirstNew = last <= delivered && record.sequence > delivered;
    if ((hole || isFirstNew) && part.length > 0) {
      yield eventsOf(part, delivered);
      part = [];
    }
    if (hole) yield await gapOf(log, last, record, hole);
    part.push(record);
    last = record.sequence;
  }
  if (part.length > 0) yield eventsOf(part, delivered);
}

function eventsOf(records: readonly LogRecord[], delivered: number): EventsDelivery {
  const isRedelivered = (records.at(-1)?.sequence ?? 0) <= delivered;
  return { kind: "events", records, ...(isRedelivered && { redelivered: true }) };
}

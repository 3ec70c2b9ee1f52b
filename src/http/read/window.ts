import type { History, HistoryPart } from "../../coordinator/history.js";
import { select } from "../../coordinator/matcher.js";
import type { Selection } from "../../coordinator/selection.js";
import type { LogRecord } from "../../log/record.js";

/** Some neighbouring events of a selection, oldest first. */
export interface Window {
  records: LogRecord[];
  /** There may be more on the side that was read towards. */
  hasMore: boolean;
  /** Sequence up to which, on that side, everything that is selected is in the window. */
  reached: number;
}

/** A window may hold fewer events than were asked for, so that large ones cannot fill the memory. */
const MAX_WINDOW_BYTES = 8 * 1024 * 1024;

/** And it is left at what has been found when a filter lets this little through. */
const MAX_SCANNED = 100_000;

/** The first selected events after a sequence. */
export async function readForward(
  history: History,
  selection: Selection,
  after: number,
  limit: number,
  signal: AbortSignal,
): Promise<Window> {
  const { tenant, path, indexFilter: filter } = selection;
  const parts = history.read({ tenant, path, after, filter, signal });
  return take(parts, selection, limit, after);
}

/**
 * The last selected events before a sequence.
 *
 * @param before Infinity: the end of the log
 */
export async function readBackward(
  history: History,
  selection: Selection,
  before: number,
  limit: number,
  signal: AbortSignal,
): Promise<Window> {
  const { tenant, path, indexFilter: filter } = selection;
  const parts = history.readBackward({ tenant, path, before, filter, signal });
  const window = await take(parts, selection, limit, before);
  const records = window.records.toReversed();
  // What a reader asks for next is what is before the oldest.
  return {
    ...window,
    records,
    reached: window.hasMore ? window.reached : (records[0]?.sequence ?? before),
  };
}

/** What is selected of the first parts, in their order. */
async function take(
  parts: AsyncIterable<HistoryPart>,
  { matcher }: Selection,
  limit: number,
  start: number,
): Promise<Window> {
  const records: LogRecord[] = [];
  let reached = start;
  let bytes = 0;
  let scanned = 0;
  for await (const part of parts) {
    for (const record of select(part.records, matcher)) {
      bytes += record.bytes.length;
      if (records.length === limit || (records.length > 0 && bytes > MAX_WINDOW_BYTES)) {
        return { records, hasMore: true, reached: records.at(-1)?.sequence ?? reached };
      }
      records.push(record);
    }
    // Of its last event, so that cursors are the same wherever it was read from.
    reached = part.records.at(-1)?.sequence ?? reached;
    scanned += part.records.length;
    if (scanned >= MAX_SCANNED && matcher) return { records, hasMore: true, reached };
  }
  return { records, hasMore: false, reached };
}

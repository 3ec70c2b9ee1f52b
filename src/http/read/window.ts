import { select } from "../../coordinator/matcher.js";
import type { Selection } from "../../coordinator/selection.js";
import { readHistory } from "../../log/history.js";
import type { LogRecord } from "../../log/record.js";
import type { Log } from "../../log/stream.js";

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
  log: Log,
  selection: Selection,
  after: number,
  limit: number,
  signal: AbortSignal,
): Promise<Window> {
  const { tenant, logPath: path, matcher } = selection;
  const records: LogRecord[] = [];
  let reached = after;
  let bytes = 0;
  let scanned = 0;
  for await (const batch of readHistory(log, { tenant, path, after, signal })) {
    for (const record of select(batch, matcher)) {
      bytes += record.bytes.length;
      if (records.length === limit || (records.length > 0 && bytes > MAX_WINDOW_BYTES)) {
        return { records, hasMore: true, reached: records.at(-1)?.sequence ?? reached };
      }
      records.push(record);
    }
    reached = batch.at(-1)?.sequence ?? reached;
    scanned += batch.length;
    if (scanned >= MAX_SCANNED && matcher) return { records, hasMore: true, reached };
  }
  return { records, hasMore: false, reached };
}

/**
 * The last selected events before a sequence. JetStream reads in one direction only, so this reads forward
 * from somewhere before it, and from further back each time when there were too few: for the newest events
 * of a busy timeline one short read, for a sparse one in a long log about one of the whole. (A read model,
 * with an index, will do this at the same cost everywhere.)
 *
 * @param before Infinity: the end of the log
 * @param newest about the newest sequence of the log
 */
export async function readBackward(
  log: Log,
  selection: Selection,
  before: number,
  limit: number,
  newest: number,
  signal: AbortSignal,
): Promise<Window> {
  for (let reach = Math.max(1000, limit * 4); ; reach *= 16) {
    const after = Math.max(0, Math.min(before - 1, newest) - reach);
    const window = await readEndOf(log, selection, after, before, limit, signal);
    if (window.hasMore || after === 0) return window;
    if (selection.matcher && reach >= MAX_SCANNED) {
      return { ...window, hasMore: true, reached: after + 1 };
    }
  }
}

/** The last selected events between two sequences; `hasMore`: there are others between them. */
async function readEndOf(
  log: Log,
  { tenant, logPath: path, matcher }: Selection,
  after: number,
  before: number,
  limit: number,
  signal: AbortSignal,
): Promise<Window> {
  let records: LogRecord[] = [];
  let bytes = 0;
  let hasMore = false;
  for await (const batch of readHistory(log, { tenant, path, after, signal })) {
    const wanted = select(batch, matcher).filter(({ sequence }) => sequence < before);
    records.push(...wanted);
    for (const record of wanted) bytes += record.bytes.length;
    let start = Math.max(0, records.length - limit);
    for (const record of records.slice(0, start)) bytes -= record.bytes.length;
    for (; bytes > MAX_WINDOW_BYTES && start < records.length - 1; start++) {
      bytes -= records[start]?.bytes.length ?? 0;
    }
    hasMore ||= start > 0;
    records = start > 0 ? records.slice(start) : records;
    if ((batch.at(-1)?.sequence ?? 0) >= before) break;
  }
  return { records, hasMore, reached: records[0]?.sequence ?? before };
}

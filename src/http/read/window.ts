import { readHistory, type HistoryOptions } from "../../log/history.js";
import type { LogRecord } from "../../log/record.js";
import type { Log } from "../../log/stream.js";

/** Some neighbouring events of a timeline, oldest first. */
export interface Window {
  records: LogRecord[];
  /** There is more on the side that was read towards. */
  hasMore: boolean;
}

/** A window may hold fewer events than were asked for, so that large ones cannot fill the memory. */
const MAX_WINDOW_BYTES = 8 * 1024 * 1024;

type Timeline = Pick<HistoryOptions, "tenant" | "path" | "signal">;

/** The first events after a sequence. */
export async function readForward(
  log: Log,
  timeline: Timeline,
  after: number,
  limit: number,
): Promise<Window> {
  const records: LogRecord[] = [];
  let bytes = 0;
  for await (const batch of readHistory(log, { ...timeline, after })) {
    for (const record of batch) {
      bytes += record.bytes.length;
      if (records.length === limit || (records.length > 0 && bytes > MAX_WINDOW_BYTES)) {
        return { records, hasMore: true };
      }
      records.push(record);
    }
  }
  return { records, hasMore: false };
}

/**
 * The last events before a sequence. JetStream reads in one direction only, so this reads forward from
 * somewhere before it, and from further back each time when there were too few: for the newest events of
 * a busy timeline one short read, for a sparse one in a long log about one of the whole. (A read model,
 * with an index, will do this at the same cost everywhere.)
 *
 * @param before Infinity: the end of the log
 * @param newest about the newest sequence of the log
 */
export async function readBackward(
  log: Log,
  timeline: Timeline,
  before: number,
  limit: number,
  newest: number,
): Promise<Window> {
  for (let reach = Math.max(1000, limit * 4); ; reach *= 16) {
    const after = Math.max(0, Math.min(before - 1, newest) - reach);
    const window = await readEndOf(log, timeline, after, before, limit);
    if (window.hasMore || after === 0) return window;
  }
}

/** The last events between two sequences; `hasMore`: there are others between them. */
async function readEndOf(
  log: Log,
  timeline: Timeline,
  after: number,
  before: number,
  limit: number,
): Promise<Window> {
  let records: LogRecord[] = [];
  let bytes = 0;
  let hasMore = false;
  for await (const batch of readHistory(log, { ...timeline, after })) {
    const wanted = batch.filter(({ sequence }) => sequence < before);
    records.push(...wanted);
    for (const record of wanted) bytes += record.bytes.length;
    let start = Math.max(0, records.length - limit);
    for (const record of records.slice(0, start)) bytes -= record.bytes.length;
    for (; bytes > MAX_WINDOW_BYTES && start < records.length - 1; start++) {
      bytes -= records[start]?.bytes.length ?? 0;
    }
    hasMore ||= start > 0;
    records = start > 0 ? records.slice(start) : records;
    if (wanted.length < batch.length) break;
  }
  return { records, hasMore };
}

import type { History, HistoryPart } from "../../coordinator/history.js";
import { select } from "../../coordinator/matcher.js";
import type { Selection } from "../../coordinator/selection.js";
import type { LogRecord } from "../../log/record.js";
import type { Span } from "./span.js";

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

/** What is selected of a part of a timeline. */
interface SelectedPart {
  records: readonly LogRecord[];
  /** Of its last event, selected or not, so that cursors are the same wherever it was read from; none: undefined. */
  reached: number | undefined;
  /** Events that were looked at. */
  scanned: number;
}

/** Everything that is selected of a span, in order, a part at a time. */
export async function* readSelected(
  history: History,
  selection: Selection,
  { after, through }: Span,
  signal: AbortSignal,
): AsyncGenerator<SelectedPart> {
  if (after >= through) return;
  const request = { ...timelineOf(selection), after, signal };
  const bounded = through === Infinity ? request : { ...request, through };
  for await (const part of history.read(bounded)) {
    const { records, reached, scanned } = selectedOf(part, selection);
    if (reached === undefined || reached < through) {
      yield { records, reached, scanned };
      continue;
    }
    yield {
      records: records.filter(({ sequence }) => sequence <= through),
      reached: through,
      scanned,
    };
    return;
  }
}

/** The first selected events of a span. */
export function readForward(
  history: History,
  selection: Selection,
  span: Span,
  limit: number,
  signal: AbortSignal,
): Promise<Window> {
  const parts = readSelected(history, selection, span, signal);
  return take(parts, selection, limit, span.after);
}

/** The last selected events of a span. */
export async function readBackward(
  history: History,
  selection: Selection,
  { after, through }: Span,
  limit: number,
  signal: AbortSignal,
): Promise<Window> {
  const before = through + 1;
  async function* parts(): AsyncGenerator<SelectedPart> {
    const request = { ...timelineOf(selection), after, before, signal };
    for await (const part of history.readBackward(request)) yield selectedOf(part, selection);
  }
  const window = await take(parts(), selection, limit, before);
  const records = window.records.toReversed();
  // What a reader asks for next is what is before the oldest.
  return {
    ...window,
    records,
    reached: window.hasMore ? window.reached : (records[0]?.sequence ?? before),
  };
}

function timelineOf({ tenant, path, indexFilter: filter }: Selection) {
  return { tenant, path, filter };
}

function selectedOf({ records }: HistoryPart, { matcher }: Selection): SelectedPart {
  return {
    records: select(records, matcher),
    reached: records.at(-1)?.sequence,
    scanned: records.length,
  };
}

/** The first of what is selected, in its order. */
async function take(
  parts: AsyncIterable<SelectedPart>,
  { matcher }: Selection,
  limit: number,
  start: number,
): Promise<Window> {
  const records: LogRecord[] = [];
  let reached = start;
  let bytes = 0;
  let scanned = 0;
  for await (const part of parts) {
    for (const record of part.records) {
      bytes += record.bytes.length;
      if (records.length === limit || (records.length > 0 && bytes > MAX_WINDOW_BYTES)) {
        return { records, hasMore: true, reached: records.at(-1)?.sequence ?? reached };
      }
      records.push(record);
    }
    reached = part.reached ?? reached;
    scanned += part.scanned;
    if (scanned >= MAX_SCANNED && matcher) return { records, hasMore: true, reached };
  }
  return { records, hasMore: false, reached };
}

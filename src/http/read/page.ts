import { resolveStart, type Start } from "../../coordinator/start.js";
import type { Selection } from "../../coordinator/selection.js";
import type { LogRecord } from "../../log/record.js";
import { formatCursor, type CursorText } from "../../wire/cursor.js";
import type { GapFrame } from "../../wire/frame.js";
import { framed } from "../framed.js";
import type { Gateway } from "../gateway.js";
import type { EventsRequest, PageStart } from "./page-request.js";
import { recordHead } from "./record-json.js";
import { startWithin, type Span } from "./span.js";
import { readBackward, readForward } from "./window.js";

/** What is read, and until when that is of use to anyone. */
export interface Reading {
  selection: Selection;
  span: Span;
  signal: AbortSignal;
}

/** Some events of a timeline in one answer. */
export interface Page {
  /** In the order asked for. */
  records: LogRecord[];
  /** Where to go on in that order: as `after` when ascending, as `before` when descending. Usable on an empty page too. */
  next: CursorText;
  /** Where to go back: as `before` when ascending, as `after` when descending. */
  previous: CursorText;
  /** There is nothing at `next` now. */
  caughtUp: boolean;
  /** What was asked for and cannot be had. */
  gap: GapFrame | undefined;
  /** The scope has ended, and nothing comes at `next` ever. */
  ended?: boolean;
}

/** @throws ProblemError `cursor-ahead` */
export async function readPage(
  gateway: Gateway,
  reading: Reading,
  { from, limit, order }: Extract<EventsRequest, { form: "page" }>,
): Promise<Page> {
  const { log } = gateway;
  const { records, older, newer, isOldest, isNewest, gap } =
    from.at === "start" || from.at === "after"
      ? await readUp(gateway, reading, from, limit)
      : await readDown(gateway, reading, from, limit);
  const olderCursor = formatCursor(older, log.epoch);
  const newerCursor = formatCursor(newer, log.epoch);
  return order === "asc"
    ? { records, next: newerCursor, previous: olderCursor, caughtUp: await isNewest(), gap }
    : {
        records: records.toReversed(),
        next: olderCursor,
        previous: newerCursor,
        caughtUp: isOldest,
        gap,
      };
}

/** A page before it has an order. */
interface Found {
  /** Oldest first. */
  records: LogRecord[];
  /** Everything older is before this sequence. */
  older: number;
  /** Everything newer is after this sequence. */
  newer: number;
  isOldest: boolean;
  isNewest: () => boolean | Promise<boolean>;
  gap: GapFrame | undefined;
}

async function readUp(
  { log, hub, history }: Gateway,
  { selection, span, signal }: Reading,
  from: Extract<PageStart, { at: "start" | "after" }>,
  limit: number,
): Promise<Found> {
  const cursor = from.at === "after" ? from.cursor : undefined;
  const start = startWithin(span, cursor, log.epoch);
  const resolved = await resolveStart(history, hub, selection, start, { signal });
  const { gap } = resolved;
  const after = Math.max(resolved.after, span.after);
  const { records, hasMore, reached } = await readForward(
    history,
    selection,
    { ...span, after },
    limit,
    signal,
  );
  return {
    records,
    older: records[0]?.sequence ?? after + 1,
    newer: reached,
    isOldest: after === span.after,
    isNewest: () => !hasMore,
    gap,
  };
}

async function readDown(
  { hub, history }: Gateway,
  reading: Reading,
  from: Extract<PageStart, { at: "end" | "before" }>,
  limit: number,
): Promise<Found> {
  const resolved = await resolveEnd({ hub, history }, reading, from);
  const { gap } = resolved;
  const { selection, span, signal } = reading;
  const before = Math.min(resolved.before, span.through + 1);
  const { position } = hub;
  const { records, hasMore, reached } = await readBackward(
    history,
    selection,
    { ...span, through: before - 1 },
    limit,
    signal,
  );
  const end = Number.isFinite(before) ? before : position + 1;
  const newer = records.at(-1)?.sequence ?? Math.max(0, end - 1);
  return {
    records,
    older: Number.isFinite(reached) ? reached : end,
    newer,
    isOldest: !hasMore,
    isNewest: async () => {
      const { records: others, hasMore: mayBe } = await readForward(
        history,
        selection,
        { ...span, after: newer },
        1,
        signal,
      );
      return others.length === 0 && !mayBe;
    },
    gap,
  };
}

/** The events before a cursor are those up to the one before it: of that one, the table of cursors holds. */
async function resolveEnd(
  { hub, history }: Pick<Gateway, "hub" | "history">,
  { selection, signal }: Reading,
  from: Extract<PageStart, { at: "end" | "before" }>,
): Promise<{ before: number; gap: GapFrame | undefined }> {
  if (from.at === "end") return { before: Infinity, gap: undefined };
  const { sequence, epoch } = from.cursor;
  const cursor = { sequence: Math.max(0, sequence - 1), epoch };
  const start: Start = { at: "cursor", cursor, isReconnect: false, pointer: "/query/before" };
  const { gap } = await resolveStart(history, hub, selection, start, { signal });
  return gap?.reason === "epoch"
    ? { before: Infinity, gap }
    : // What is lost behind the cursor is not on the way there.
      { before: sequence, gap: undefined };
}

/** The page as JSON text, its events byte for byte as they are stored. */
export function pageJson(
  { records, next, previous, caughtUp, gap, ended }: Page,
  epoch: string,
): Uint8Array {
  const head = (record: LogRecord, place: number) =>
    `${place === 0 ? "" : ","}${recordHead(record, epoch)}`;
  const rest = JSON.stringify({
    next,
    previous,
    caughtUp,
    gap: gap && { ...gap, kind: undefined },
    ended: ended === true ? true : undefined,
  });
  return Buffer.concat([
    Buffer.from('{"events":['),
    framed(records, head, "}"),
    Buffer.from(`],${rest.slice(1)}`),
  ]);
}

import { closes } from "../envelope/closes.js";
import { readBounds } from "../log/bounds.js";
import type { LogRecord, ScopeHead } from "../log/record.js";
import type { Log } from "../log/stream.js";
import { formatCursor, type CursorText } from "../wire/cursor.js";
import type { EndFrame, GapFrame, OpenFrame } from "../wire/frame.js";
import type { TimelinePath } from "../wire/timeline.js";
import type { Hub } from "./hub.js";

/** What opens a stream that starts after a sequence. */
export function openAt(log: Log, hub: Hub, path: TimelinePath, after: number): OpenFrame {
  return {
    kind: "open",
    scope: path,
    cursor: formatCursor(after, log.epoch),
    head: formatCursor(hub.position, log.epoch),
    epoch: log.epoch,
  };
}

/** Events were trimmed or purged while they were being read. */
export async function gapOf(
  log: Log,
  position: number,
  record: LogRecord,
  hole: { fromIndex: number; toIndex: number },
): Promise<GapFrame> {
  const { first } = await readBounds(log);
  return {
    kind: "gap",
    reason: position + 1 < first ? "retention" : "purge",
    requested: formatCursor(position, log.epoch),
    firstAvailable: record.sequence,
    lost: [{ scope: record.scope, ...hole }],
  };
}

/** Events behind a position were trimmed while they were being read; of which scopes, is not known. */
export function trimmedGap(log: Log, position: number, firstAvailable: number): GapFrame {
  const requested = formatCursor(position, log.epoch);
  return { kind: "gap", reason: "retention", requested, firstAvailable, lost: [] };
}

/** Whether an event ends the timeline of the scope that `path` names. */
export function ends(record: LogRecord, path: string): boolean {
  return record.scope === path && closes(path, record.type);
}

export function endOf(terminal: ScopeHead, cursor: CursorText): EndFrame {
  return {
    kind: "end",
    cursor,
    sequence: terminal.sequence,
    count: terminal.index,
    headHash: terminal.hash,
    status: terminal.type.slice(terminal.type.lastIndexOf(".") + 1),
  };
}

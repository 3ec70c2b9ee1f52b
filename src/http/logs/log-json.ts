import type { LogsPage } from "../../readmodel/log-search.js";
import type { LogsRequest } from "../../readmodel/logs-request.js";
import { formatLineCursor } from "../../wire/line-cursor.js";

type Line = LogsPage["lines"][number];

/** A line as clients get it: with its cursor first. */
export function lineJson(line: Line, epoch: string): Record<string, unknown> {
  return Object.assign({ cursor: formatLineCursor(line.sequence, line.entry, epoch) }, line);
}

/** A page of lines. */
export function pageJson(
  { lines, hasMore, total }: LogsPage,
  { path, after, limit, offset }: Pick<LogsRequest, "path" | "after" | "limit" | "offset">,
  epoch: string,
): Record<string, unknown> {
  const last = lines.at(-1) ?? after;
  return {
    // Of the run, or of whatever else it is that was executed.
    executionId: path === "" ? null : path.slice(path.lastIndexOf("/") + 1),
    logs: lines.map((line) => lineJson(line, epoch)),
    totalCount: total.count,
    totalIsExact: total.isExact,
    pagination: {
      limit,
      offset,
      hasMore,
      next: last ? formatLineCursor(last.sequence, last.entry, epoch) : null,
    },
  };
}

/** The columns of a table of lines, each with its name as the first row has it. */
export const LINE_COLUMNS = [
  ...["cursor", "at", "recordedAt", "scope", "nodeId", "level", "category", "stream", "message"],
  ...["displayPriority", "isMilestone", "stepNumber", "totalSteps", "progressPercentage"],
  ...["durationMs", "userFriendlyMessage", "technicalDetails", "stackTrace", "fields"],
];

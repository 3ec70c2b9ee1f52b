import type { LogsPage } from "../../readmodel/log-search.js";
import { formatLineCursor } from "../../wire/line-cursor.js";

type Line = LogsPage["lines"][number];

/** A line as clients get it: with its cursor first. */
export function lineJson(line: Line, epoch: string): Record<string, unknown> {
  return { cursor: formatLineCursor(line.sequence, line.entry, epoch), ...line };
}

/** The columns of a table of lines, each with its name as the first row has it. */
export const LINE_COLUMNS = [
  ...["cursor", "at", "recordedAt", "scope", "nodeId", "level", "category", "stream", "message"],
  ...["displayPriority", "isMilestone", "stepNumber", "totalSteps", "progressPercentage"],
  ...["durationMs", "userFriendlyMessage", "technicalDetails", "stackTrace", "fields"],
];

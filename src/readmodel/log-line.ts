import { parseLogLevel, type LogLevel } from "../envelope/catalogue/log-entry.js";
import type { JsonObject } from "../envelope/envelope.js";
import { countOf, nameOf } from "../projections/payload-values.js";

/** What filters ask of a log entry, with the defaults that are not stored. */
export interface EntryTraits {
  level: LogLevel;
  category: "business" | "technical";
  /** 1 to 10. */
  displayPriority: number;
  isMilestone: boolean;
  stream: "stdout" | "stderr" | null;
  nodeId: string | null;
}

/** Of an entry that may have been stored past the gateway, so that nothing is sure about it. */
export function effectiveEntry(entry: JsonObject): EntryTraits {
  const { level, category, displayPriority, isMilestone, stream, nodeId } = entry;
  return {
    level: (typeof level === "string" ? parseLogLevel(level) : undefined) ?? "info",
    category: category === "business" ? "business" : "technical",
    displayPriority: Math.min(10, Math.max(1, countOf(displayPriority) ?? 5)),
    isMilestone: isMilestone === true,
    stream: stream === "stdout" || stream === "stderr" ? stream : null,
    nodeId: nameOf(nodeId),
  };
}

/** A log entry, by itself: its members, and where it is from. */
export interface LogLine extends EntryTraits {
  sequence: number;
  /** Which of the event's entries, from 0. */
  entry: number;
  /** RFC 3339, UTC, milliseconds; the broker's clock. */
  recordedAt: string;
  scope: string;
  correlationId: string;
  message: string;
  /** The other members of the entry, as they are stored. */
  [member: string]: unknown;
}

import { levelRank, type LogEntry, type LogLevel } from "../envelope/catalogue/log-entry.js";
import type { EventEnvelope, JsonValue } from "../envelope/envelope.js";

/** What is to be shown of an event; undefined for nothing. */
export type EventFilter = (event: EventEnvelope) => EventEnvelope | undefined;

/**
 * Chooses events by type (globs separated by commas, `*` for anything) and log lines by level. Events are
 * filtered here and not by the server, so that every one of them passes the check for completeness.
 */
export function eventFilter(types: string | undefined, level: LogLevel | undefined): EventFilter {
  const patterns = types?.split(",").map((glob) => globPattern(glob.trim()));
  return (event) => {
    if (patterns && !patterns.some((pattern) => pattern.test(event.type))) return undefined;
    return level === undefined || event.type !== "log.appended" ? event : atLeast(event, level);
  };
}

function globPattern(glob: string): RegExp {
  const parts = glob.split("*").map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`);
}

function atLeast(event: EventEnvelope, level: LogLevel): EventEnvelope | undefined {
  const entries = event.payload["entries"] as unknown as LogEntry[];
  const kept = entries.filter((entry) => levelRank(entry.level) >= levelRank(level));
  if (kept.length === 0) return undefined;
  return { ...event, payload: { ...event.payload, entries: kept as unknown as JsonValue } };
}

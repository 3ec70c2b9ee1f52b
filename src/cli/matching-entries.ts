import { effectiveLogEntry, levelRank, type LogEntry } from "../envelope/catalogue/log-entry.js";
import type { EventEnvelope, JsonValue } from "../envelope/envelope.js";
import type { EventFilter } from "../wire/event-filter.js";

/**
 * The event with only those of its log lines that the filter is about: the server sends an event whole
 * when one of them meets it.
 */
export function withMatchingEntries(event: EventEnvelope, filter: EventFilter): EventEnvelope {
  const { level, category, milestone } = filter;
  const isAboutEntries = level !== undefined || category !== undefined || milestone === true;
  if (!isAboutEntries || event.type !== "log.appended") return event;
  const entries = (event.payload["entries"] ?? []) as unknown as LogEntry[];
  const kept = entries.filter((entry) => {
    const effective = effectiveLogEntry(entry);
    return (
      (level === undefined || levelRank(entry.level) >= levelRank(level)) &&
      (category === undefined || effective.category === category) &&
      (milestone !== true || effective.isMilestone)
    );
  });
  return { ...event, payload: { ...event.payload, entries: kept as unknown as JsonValue } };
}

import {
  effectiveLogEntry,
  levelRank,
  type EffectiveLogEntry,
  type LogEntry,
} from "../envelope/catalogue/log-entry.js";
import type { LogRecord } from "../log/record.js";

/** What filters ask of one log entry. */
export interface EntryFacts {
  levelRank: number;
  category: EffectiveLogEntry["category"];
  isMilestone: boolean;
}

const NONE: readonly EntryFacts[] = [];
const known = new WeakMap<LogRecord, readonly EntryFacts[]>();

/**
 * The facts of an event's log entries; none where it has no entries. These stand in the payload, so an
 * event is parsed for them: only one that has entries, only when a filter asks, and only once.
 */
export function entriesOf(record: LogRecord): readonly EntryFacts[] {
  if (record.type !== "log.appended") return NONE;
  let facts = known.get(record);
  if (!facts) known.set(record, (facts = readFacts(record.bytes)));
  return facts;
}

function readFacts(bytes: Uint8Array): EntryFacts[] {
  // The publisher has validated the payload before it was stored.
  const { payload } = JSON.parse(new TextDecoder().decode(bytes)) as {
    payload: { entries: LogEntry[] };
  };
  return payload.entries.map((entry) => {
    const { level, category, isMilestone } = effectiveLogEntry(entry);
    return { levelRank: levelRank(level), category, isMilestone };
  });
}

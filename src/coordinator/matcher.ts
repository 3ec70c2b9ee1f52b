import { levelRank } from "../envelope/catalogue/log-entry.js";
import { typePattern } from "../envelope/type-glob.js";
import type { LogRecord } from "../log/record.js";
import { filterText, type EventFilter } from "../wire/event-filter.js";
import { entriesOf, type EntryFacts } from "./entry-facts.js";

/** Tells the events that a filter lets through. */
export interface Matcher {
  /** The same for every filter that lets the same events through. */
  key: string;
  matches(record: LogRecord): boolean;
}

export function matcherOf(filter: EventFilter): Matcher {
  const { type, correlationId } = filter;
  const types = type && typePattern(type);
  const wantsEntry = entryPredicate(filter);
  return {
    key: JSON.stringify(filterText(filter)),
    // From what costs nothing to what may need the payload.
    matches: (record) =>
      (correlationId === undefined || record.correlationId === correlationId) &&
      (types === undefined || types.test(record.type)) &&
      (wantsEntry === undefined || entriesOf(record).some(wantsEntry)),
  };
}

function entryPredicate({
  level,
  category,
  milestone,
}: EventFilter): ((entry: EntryFacts) => boolean) | undefined {
  if (level === undefined && category === undefined && milestone === undefined) return undefined;
  const leastRank = level === undefined ? 0 : levelRank(level);
  return (entry) =>
    entry.levelRank >= leastRank &&
    (category === undefined || entry.category === category) &&
    (milestone === undefined || entry.isMilestone);
}

/** What has been selected of an array of the hub, by the matcher's key. */
const selected = new WeakMap<readonly LogRecord[], Map<string, readonly LogRecord[]>>();

/**
 * Those of the records that the matcher lets through. Followers that stand at the same place with the
 * same filter are given the same array, so that what is made of it is made once.
 */
export function select(
  records: readonly LogRecord[],
  matcher: Matcher | undefined,
): readonly LogRecord[] {
  if (!matcher) return records;
  let known = selected.get(records);
  if (!known) selected.set(records, (known = new Map<string, readonly LogRecord[]>()));
  let some = known.get(matcher.key);
  if (!some) {
    some = records.filter((record) => matcher.matches(record));
    if (some.length === records.length) some = records;
    known.set(matcher.key, some);
  }
  return some;
}

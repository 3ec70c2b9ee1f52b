import type { EventFilter } from "../wire/event-filter.js";
import type { IndexFilter } from "../log/history-index.js";
import { correlationIn, type TimelinePath } from "../wire/timeline.js";
import { matcherOf, type Matcher } from "./matcher.js";

/** What a reader wants: a timeline, and what of it. */
export interface Selection {
  tenant: string;
  path: TimelinePath;
  /** The smallest timeline in the log that holds all of it; subjects know scopes, not correlations. */
  logPath: string;
  /** What of that is wanted; undefined: everything. */
  matcher: Matcher | undefined;
  /** What an index may leave out: the same as the matcher does, and what only an index knows. */
  indexFilter?: IndexFilter | undefined;
}

export function selectionOf(
  tenant: string,
  path: TimelinePath,
  filter: EventFilter | undefined,
  text?: IndexFilter["text"],
): Selection {
  const indexFilter = filter || text ? { ...filter, text } : undefined;
  const correlationId = correlationIn(path);
  if (correlationId === undefined) {
    return { tenant, path, logPath: path, matcher: filter && matcherOf(filter), indexFilter };
  }
  const narrowed = matcherOf({ ...filter, correlationId });
  const isImpossible =
    filter?.correlationId !== undefined && filter.correlationId !== correlationId;
  const matcher = isImpossible ? { key: "nothing", matches: () => false } : narrowed;
  return { tenant, path, logPath: "", matcher, indexFilter };
}

/** Whether it is a scope's timeline, which has a state and an end. */
export function isOfScope({ path, logPath }: Selection): boolean {
  return path !== "" && path === logPath;
}

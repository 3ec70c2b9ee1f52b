import { isCorrelationId } from "./event-filter.js";

/**
 * What a timeline is called: a scope's path; `correlations/<id>`, all events with that correlation id,
 * of whichever scope; or empty, the whole tenant. All are in the order of the log.
 */
export type TimelinePath = string;

const CORRELATIONS = "correlations/";

/** The name of a correlation's timeline, of an id that is one. */
export function correlationPath(id: string): TimelinePath {
  return `${CORRELATIONS}${id}`;
}

/** The correlation id in a timeline's name; undefined where it is another kind of timeline. */
export function correlationIn(path: TimelinePath): string | undefined {
  if (!path.startsWith(CORRELATIONS)) return undefined;
  const id = path.slice(CORRELATIONS.length);
  return isCorrelationId(id) ? id : undefined;
}

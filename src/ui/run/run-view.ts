import type { TimelineState } from "../../projections/timeline-state.js";
import type { Timeline } from "../../projections/timeline.js";
import type { Lines } from "./lines.js";
import type { Note } from "./note.js";
import type { Records } from "./records.js";

/** What the views of a timeline read: all of it as it goes on, or what there was of it at some time. */
export interface RunView {
  /** A scope, or `correlations/<id>`. */
  readonly path: string;
  readonly correlationId: string | undefined;
  readonly records: Records;
  /** Events are shown up to here, although more may be there. */
  readonly recordEnd: number;
  readonly lines: Lines;
  /** And lines up to here. */
  readonly lineEnd: number;
  readonly notes: readonly Note[];
  /** What the newest gap means. */
  readonly gap: string | undefined;
  /** The states of all its scopes, which change in place. */
  readonly timeline: Timeline;
  /** What it adds up to; undefined where nothing is known. Another object whenever it is another one. */
  readonly state: TimelineState | undefined;
  /** Everything that is to be shown is here. */
  readonly isCaughtUp: boolean;
  readonly hasEnded: boolean;
  /** Of the newest event that is shown. */
  readonly cursor: string | undefined;
  /** The correlation id of its first event. */
  readonly firstCorrelationId: string | undefined;
  /** Undefined: it is shown as it is now. */
  readonly past: Past | undefined;
  /** Another number whenever anything has changed. */
  readonly version: () => number;
  readonly subscribe: (listener: () => void) => () => void;
}

/** When it is for a view that shows something as it was; in milliseconds since 1970, by the producers' clocks. */
export interface Past {
  now: number;
  /** Of the newest event that there is by now. */
  newestAt: number;
}

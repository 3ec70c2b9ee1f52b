/** A run in a React application of one's own: the parts of which the application of the server is made. */
export type { EmbeddedProps } from "./embedded.js";
export type { Events } from "./events-store.js";
export { RunLog } from "./run-log.js";
export { RunTimeline } from "./run-timeline.js";
export { useEvents } from "./use-events.js";
export { useRun, type Run } from "./use-run.js";
export type { RunOptions } from "./use-store.js";
export type { Link } from "../feed/link.js";
export type { ConnectionOptions } from "../../client/connection.js";
export type { EventEnvelope, JsonObject, JsonValue } from "../../envelope/envelope.js";
export type { TimelineState } from "../../projections/timeline-state.js";
export type { EventFilter } from "../../wire/event-filter.js";

/** The client of a Runtrail server, for browsers and Node.js. */
export { append, type AppendOptions } from "./append.js";
export type { Appended, AppendResult, Refused, Undecided } from "./append-result.js";
export { downloadBundle, fetchKeys, type SigningKey } from "./bundle.js";
export type { ClientFrame, EventFrame } from "./client-frame.js";
export type { ConnectionOptions } from "./connection.js";
export { ContinuityError, ProtocolError, RequestRefusedError, UnavailableError } from "./errors.js";
export type { Draft } from "../envelope/draft.js";
export { exportRecords, type ExportedRecord, type ExportOptions } from "./export.js";
export { follow, type ConnectionState, type FollowOptions, type Transport } from "./follow.js";
export { forget, type Forgotten } from "./forget.js";
export { fetchLogs, logPages, type LogLine, type LogsPage, type LogsQuery } from "./logs.js";
export { reindex } from "./reindex.js";
export { revealer, type Reveal } from "./reveal.js";
export {
  fetchRuns,
  fetchState,
  type FetchOptions,
  type RunsPage,
  type RunsQuery,
  type StateAsOf,
} from "./state.js";
export { fetchStats, type Stats, type StatsQuery } from "./stats.js";
export {
  deleteSubscription,
  fetchSubscription,
  fetchSubscriptions,
  type SubscriptionList,
} from "./subscriptions.js";
export type { SocketClose, WebSocketConstructor, WebSocketLike } from "./web-socket.js";
export { FilterError, parseFilter, type EventFilter } from "../wire/event-filter.js";
export type { CursorText } from "../wire/cursor.js";
export type {
  CaughtUpFrame,
  CheckpointFrame,
  EndFrame,
  GapFrame,
  GapReason,
  OpenFrame,
} from "../wire/frame.js";
export type { Problem, ProblemCode } from "../wire/problem.js";
export type { SubscriptionState } from "../wire/subscription.js";
export type { RunSummary } from "../projections/run-summary.js";
export type { ScopeState } from "../projections/scope-state.js";
export type { TimelineState } from "../projections/timeline-state.js";
export type {
  RunCounts,
  StatsBucket,
  StatsPoint,
  WorkflowStats,
} from "../projections/workflow-stats.js";
export type { EventEnvelope, JsonObject, JsonValue } from "../envelope/envelope.js";

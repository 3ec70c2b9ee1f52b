import { parseLogLevel, type LogLevel } from "../envelope/catalogue/log-entry.js";
import type { EventEnvelope, JsonObject } from "../envelope/envelope.js";
import { addError } from "./failures.js";
import { earlier, instantOf, later } from "./instant.js";
import { levelsOfNode, noLevels, type LevelCounts } from "./log-summary.js";
import { pushNewest } from "./newest.js";
import { nodeOf } from "./nodes.js";
import { countOf, nameOf, objectOf, percentageOf, textOf } from "./payload-values.js";
import type { ScopeState } from "./scope-state.js";

/** How many milestones are kept: the newest. */
export const MAX_MILESTONES = 1000;

/** A log entry that marks a step worth seeing in an overview. */
export interface Milestone {
  sequence: number;
  /** Which of the event's log entries, counted from 0. */
  entry: number;
  at: string;
  level: LogLevel | null;
  /** At most 500 UTF-16 code units, as is the next one. */
  message: string | null;
  userFriendlyMessage: string | null;
  nodeId: string | null;
  stepNumber: number | null;
  totalSteps: number | null;
  progressPercentage: number | null;
}

/** Where the entries of a node are counted: in its own state, and in the summary. */
interface NodeCounts {
  nodeId: string;
  ofNode: LevelCounts | undefined;
  ofSummary: LevelCounts | undefined;
}

/** `log.appended`. */
export function applyLogEntries(state: ScopeState, event: EventEnvelope, sequence: number): void {
  const { entries } = event.payload;
  if (!Array.isArray(entries)) return;
  let node: NodeCounts | undefined;
  for (let i = 0; i < entries.length; i++) {
    const entry = objectOf(entries[i]);
    if (!entry) continue;
    const level = levelOf(entry);
    count(state, entry, level);
    const nodeId = nameOf(entry["nodeId"]);
    if (nodeId !== null && level !== null) {
      // Neighbours are mostly of one node.
      if (node?.nodeId !== nodeId) node = nodeCountsOf(state, nodeId, sequence);
      if (node.ofNode) node.ofNode[level]++;
      if (node.ofSummary) node.ofSummary[level]++;
    }
    const at = instantOf(entry["at"]);
    if (at !== null) {
      state.logs.firstAt = earlier(state.logs.firstAt, at);
      state.logs.lastAt = later(state.logs.lastAt, at);
    }
    const place = { sequence, entry: i, at: at ?? event.occurredAt };
    if (level === "error" || level === "critical") {
      const message = textOf(entry["message"]);
      addError(state, { kind: "log", ...place, level, code: null, message, nodeId, attempt: null });
    }
    if (entry["isMilestone"] === true) {
      state.counts.milestones++;
      state.logs.milestones++;
      pushNewest(state.milestones, milestoneOf(entry, level, place), MAX_MILESTONES);
    }
  }
}

/** `log.truncated`. */
export function applyDropped(state: ScopeState, { payload }: EventEnvelope): void {
  const dropped = countOf(payload["droppedEntries"]) ?? 0;
  state.counts.droppedLogEntries += dropped;
  state.logs.dropped += dropped;
}

function levelOf({ level }: JsonObject): LogLevel | null {
  return typeof level === "string" ? (parseLogLevel(level) ?? null) : null;
}

function count({ counts, logs }: ScopeState, entry: JsonObject, level: LogLevel | null): void {
  const { category = "technical", stream } = entry;
  counts.logEntries++;
  logs.entries++;
  if (level !== null) logs.byLevel[level]++;
  if (level === "warning") counts.warnings++;
  if (category === "business" || category === "technical") logs.byCategory[category]++;
  logs.byStream[stream === "stdout" || stream === "stderr" ? stream : "none"]++;
}

function nodeCountsOf(state: ScopeState, nodeId: string, sequence: number): NodeCounts {
  const node = nodeOf(state, nodeId, sequence);
  if (node) node.logs ??= noLevels();
  return {
    nodeId,
    ofNode: node?.logs ?? undefined,
    ofSummary: levelsOfNode(state.logs, nodeId),
  };
}

function milestoneOf(
  entry: JsonObject,
  level: LogLevel | null,
  { sequence, entry: place, at }: Pick<Milestone, "sequence" | "entry" | "at">,
): Milestone {
  return {
    sequence,
    entry: place,
    at,
    level,
    message: textOf(entry["message"]),
    userFriendlyMessage: textOf(entry["userFriendlyMessage"]),
    nodeId: nameOf(entry["nodeId"]),
    stepNumber: countOf(entry["stepNumber"]),
    totalSteps: countOf(entry["totalSteps"]),
    progressPercentage: percentageOf(entry["progressPercentage"]),
  };
}

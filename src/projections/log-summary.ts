import { LOG_LEVELS, type LogLevel } from "../envelope/catalogue/log-entry.js";
import { earlier, later } from "./instant.js";
import { addWithId, findById } from "./keyed-list.js";

/** For how many nodes log entries are counted one by one: those that came first. */
export const MAX_LOG_NODES = 1000;

export type LevelCounts = Record<LogLevel, number>;

/** The log entries of one node. */
export interface NodeLogs {
  nodeId: string;
  byLevel: LevelCounts;
}

/** How much was logged. What an entry says in a word that is none of ours is counted only in `entries`. */
export interface LogSummary {
  entries: number;
  /** Entries that their producer says it left out. */
  dropped: number;
  milestones: number;
  byLevel: LevelCounts;
  byCategory: { business: number; technical: number };
  /** `none`: entries of no output stream. */
  byStream: { stdout: number; stderr: number; none: number };
  /** In order of first appearance; at most {@link MAX_LOG_NODES}. */
  byNode: NodeLogs[];
  /** The earliest and the latest time of an entry: UTC, milliseconds, `Z`. */
  firstAt: string | null;
  lastAt: string | null;
}

export function noLogs(): LogSummary {
  return {
    entries: 0,
    dropped: 0,
    milestones: 0,
    byLevel: noLevels(),
    byCategory: { business: 0, technical: 0 },
    byStream: { stdout: 0, stderr: 0, none: 0 },
    byNode: [],
    firstAt: null,
    lastAt: null,
  };
}

export function noLevels(): LevelCounts {
  return { trace: 0, debug: 0, info: 0, warning: 0, error: 0, critical: 0 };
}

/** Where the entries of a node are counted; nowhere when there is no room for another node. */
export function levelsOfNode({ byNode }: LogSummary, nodeId: string): LevelCounts | undefined {
  const found = findById(byNode, "nodeId", nodeId);
  if (found || byNode.length >= MAX_LOG_NODES) return found?.byLevel;
  const byLevel = noLevels();
  addWithId(byNode, "nodeId", { nodeId, byLevel });
  return byLevel;
}

/** Adds `more` to `summary`. */
export function addLogs(summary: LogSummary, more: LogSummary): void {
  summary.dropped += more.dropped;
  if (more.entries === 0) return;
  summary.entries += more.entries;
  summary.milestones += more.milestones;
  addLevels(summary.byLevel, more.byLevel);
  summary.byCategory.business += more.byCategory.business;
  summary.byCategory.technical += more.byCategory.technical;
  summary.byStream.stdout += more.byStream.stdout;
  summary.byStream.stderr += more.byStream.stderr;
  summary.byStream.none += more.byStream.none;
  for (const { nodeId, byLevel } of more.byNode) {
    const levels = levelsOfNode(summary, nodeId);
    if (levels) addLevels(levels, byLevel);
  }
  summary.firstAt = earlier(summary.firstAt, more.firstAt);
  summary.lastAt = later(summary.lastAt, more.lastAt);
}

function addLevels(levels: LevelCounts, more: LevelCounts): void {
  for (const level of LOG_LEVELS) levels[level] += more[level];
}

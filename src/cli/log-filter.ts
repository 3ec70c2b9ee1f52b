import type { Command } from "commander";
import type { LogsQuery } from "../client/index.js";
import { LOG_LEVELS, parseLogLevel } from "../envelope/catalogue/log-entry.js";
import { CommandFailure, EXIT } from "./failure.js";

/** The options that say which log lines are wanted. */
export interface LogFilterOptions {
  level?: string;
  category?: string;
  node?: string;
  stream?: string;
  milestone?: boolean;
  since?: string;
  until?: string;
}

export function addLogFilter(command: Command): Command {
  return command
    .option("--level <level>", `at least this serious: ${LOG_LEVELS.join(", ")}`)
    .option("--category <category>", "of this one: business, technical")
    .option("--node <id>", "of this node")
    .option("--stream <stream>", "of this output: stdout, stderr")
    .option("--milestone", "only milestones")
    .option("--since <time>", "recorded then or later, such as 2026-03-01T09:30:00Z")
    .option("--until <time>", "recorded before");
}

/** @throws CommandFailure; what only the server can tell, it tells */
export function logFilterOf(options: LogFilterOptions): LogsQuery {
  const { level, category, node, stream, milestone, since, until } = options;
  return {
    level: level === undefined ? undefined : levelOf(level),
    category: category as LogsQuery["category"],
    nodeId: node,
    stream: stream as LogsQuery["stream"],
    milestone,
    since,
    until,
  };
}

function levelOf(text: string): LogsQuery["level"] {
  const level = parseLogLevel(text);
  if (level) return level;
  throw new CommandFailure(
    `--level takes one of ${LOG_LEVELS.join(", ")}, not ${text}`,
    EXIT.usage,
  );
}

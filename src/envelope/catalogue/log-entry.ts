import { canonicalKeys } from "./canonical-keys.js";
import { isJsonObject } from "./json-object.js";
import type { LogEntry } from "./payloads.generated.js";

export type { LogEntry };
export type LogLevel = LogEntry["level"];

/** The levels, least serious first. */
export const LOG_LEVELS = ["trace", "debug", "info", "warning", "error", "critical"] as const;

/** The longest message that is stored, in bytes of UTF-8. */
export const MAX_MESSAGE_BYTES = 10 * 1024;

/** What other loggers call our levels: the words of syslog, Python, Java and Node loggers. */
const LEVEL_ALIASES: ReadonlyMap<string, LogLevel> = new Map<string, LogLevel>([
  ...LOG_LEVELS.map((level) => [level, level] as const),
  ["verbose", "debug"],
  ["information", "info"],
  ["notice", "info"],
  ["warn", "warning"],
  ["err", "error"],
  ["severe", "error"],
  ["fatal", "critical"],
  ["crit", "critical"],
  ["alert", "critical"],
  ["emerg", "critical"],
  ["emergency", "critical"],
  ["panic", "critical"],
]);

/**
 * The level that a word in any case stands for, or `undefined`: `WARN` and `Warning` → `warning`,
 * `FATAL` → `critical`.
 */
export function parseLogLevel(word: string): LogLevel | undefined {
  return LEVEL_ALIASES.get(word) ?? LEVEL_ALIASES.get(word.toLowerCase());
}

/** The level's place in {@link LOG_LEVELS}: 0 for `trace`, 5 for `critical`. */
export function levelRank(level: LogLevel): number {
  return LOG_LEVELS.indexOf(level);
}

/** A log entry with the defaults that are not stored. */
export type EffectiveLogEntry = LogEntry &
  Required<Pick<LogEntry, "category" | "displayPriority" | "isMilestone" | "truncated">>;

/** The entry as readers see it: `technical`, priority 5, no milestone and not cut unless it says otherwise. */
export function effectiveLogEntry(entry: LogEntry): EffectiveLogEntry {
  return {
    category: "technical",
    displayPriority: 5,
    isMilestone: false,
    truncated: false,
    ...entry,
  };
}

/**
 * The payload of `log.appended` in the form in which it is stored: level, category and stream in lower
 * case, members under their canonical names, and each message at most {@link MAX_MESSAGE_BYTES} long: a
 * longer one is cut between two code points and marked `truncated: true`. No default is filled in.
 * What is no log entry at all stays as it is, for validation to refuse. The same object when nothing
 * changes.
 */
export function normalizeLogEntries(
  payload: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const { entries } = payload;
  if (!Array.isArray(entries)) return payload;
  const normalized = entries.map(normalizeLogEntry);
  return normalized.every((entry, i) => entry === entries[i])
    ? payload
    : { ...payload, entries: normalized };
}

function normalizeLogEntry(given: unknown): unknown {
  if (!isJsonObject(given)) return given;
  const entry = canonicalKeys("common/log-entry.json", given);
  const changes: Partial<LogEntry> = {};
  if (typeof entry["level"] === "string") {
    const level = parseLogLevel(entry["level"]);
    if (level !== undefined && level !== entry["level"]) changes.level = level;
  }
  const category = lowerCased(CATEGORIES, entry["category"]);
  if (category !== undefined) changes.category = category;
  const stream = lowerCased(STREAMS, entry["stream"]);
  if (stream !== undefined) changes.stream = stream;
  if (typeof entry["message"] === "string") {
    const message = cut(entry["message"]);
    if (message !== undefined) Object.assign(changes, { message, truncated: true });
  }
  return Object.keys(changes).length > 0 ? { ...entry, ...changes } : entry;
}

const CATEGORIES = ["business", "technical"] as const;
const STREAMS = ["stdout", "stderr"] as const;

/** The word that `value` is in another case, or `undefined`. */
function lowerCased<Word extends string>(words: readonly Word[], value: unknown): Word | undefined {
  if (typeof value !== "string") return undefined;
  return words.find((word) => word !== value && word === value.toLowerCase());
}

const encoder = new TextEncoder();
const scratch = new Uint8Array(MAX_MESSAGE_BYTES);

/** As much of `text` as fits, up to the end of a code point; `undefined` when all of it does. */
function cut(text: string): string | undefined {
  // A code unit is at most three bytes of UTF-8: nearly every message is known to fit without encoding it.
  if (text.length * 3 <= MAX_MESSAGE_BYTES) return undefined;
  const { read } = encoder.encodeInto(text, scratch);
  return read < text.length ? text.slice(0, read) : undefined;
}

import { effectiveLogEntry, type LogEntry } from "../envelope/catalogue/log-entry.js";
import type { EventEnvelope, JsonObject } from "../envelope/envelope.js";
import { formatDuration } from "../runner/duration.js";
import { printable, type Paint } from "./colour.js";

/** An event as lines for people: time, scope, type and gist; of log events, the log's lines. */
export function eventLines(
  event: EventEnvelope,
  timeline: string,
  paint: Paint,
  hasColours: boolean,
): string[] {
  const where = paint("cyan", relative(event.scope, timeline));
  if (event.type === "log.appended") {
    return entriesOf(event.payload).map((entry) =>
      entryLine(entry, event.scope, timeline, paint, hasColours),
    );
  }
  const gist = printable(gistOf(event.payload), false);
  const type = paintType(event.type, paint);
  return [`${paint("dim", clock(event.occurredAt))} ${where} ${type} ${gist}`.trimEnd()];
}

/** A log entry of a scope as a line for people. */
export function entryLine(
  entry: LogEntry,
  scope: string,
  timeline: string,
  paint: Paint,
  hasColours: boolean,
): string {
  const message = printable(entry.message, hasColours);
  const text = entry.kind === "separator" ? `── ${message} ──` : message;
  const where = paint("cyan", relative(scope, timeline));
  return `${paint("dim", clock(entry.at))} ${where} │ ${paintLevel(entry.level, text, paint)}`;
}

/** The lines of a log event; states of a progress bar that were overwritten at once are left out. */
function entriesOf(payload: JsonObject): LogEntry[] {
  const entries = (payload["entries"] ?? []) as unknown as LogEntry[];
  return entries.filter((entry) => effectiveLogEntry(entry).displayPriority > 1);
}

/** `runs/r-42/jobs/build`, seen from `runs/r-42`: `jobs/build`; itself: `runs/r-42`. */
function relative(scope: string, timeline: string): string {
  return timeline !== "" && scope.startsWith(`${timeline}/`)
    ? scope.slice(timeline.length + 1)
    : scope;
}

/** Local time of day: what a person's own clock says. */
function clock(timestamp: string): string {
  const at = new Date(timestamp);
  const two = (n: number) => String(n).padStart(2, "0");
  const ms = String(at.getMilliseconds()).padStart(3, "0");
  return `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}.${ms}`;
}

function paintLevel(level: LogEntry["level"], text: string, paint: Paint): string {
  if (level === "error" || level === "critical") return paint("red", text);
  return level === "warning" ? paint("yellow", text) : text;
}

function paintType(type: string, paint: Paint): string {
  if (/\.(?:completed|granted)$/.test(type)) return paint("green", type);
  if (/(?:failed|timed_out|canceled|denied|expired)$/.test(type)) return paint("red", type);
  return paint("bold", type);
}

const MAX_GIST = 160;

/** What is worth knowing of an event in a few words. */
function gistOf(payload: JsonObject): string {
  const facts = FACTS.flatMap(([key, say]) => {
    const value = payload[key];
    return value === undefined || value === null ? [] : [say(value)];
  });
  return shortened(facts.length > 0 ? facts.join(" · ") : JSON.stringify(payload));
}

type Say = (value: NonNullable<JsonObject[string]>) => string;
const plain: Say = (value) => (typeof value === "string" ? value : JSON.stringify(value));
const member =
  (name: string): Say =>
  (value) =>
    typeof value === "object" && !Array.isArray(value) ? plain(value[name] ?? value) : plain(value);
const labelled =
  (label: string): Say =>
  (value) =>
    `${label} ${plain(value)}`;

/** Members of payloads that tell what an event is about, most telling first. */
const FACTS: readonly (readonly [string, Say])[] = [
  ["name", plain],
  ["workflowId", plain],
  ["packId", plain],
  ["stepId", plain],
  ["stepStatus", plain],
  ["nodeName", plain],
  ["gate", labelled("gate")],
  ["approvalId", labelled("approval")],
  ["decidedBy", labelled("by")],
  ["command", plain],
  ["percentage", (value) => `${plain(value)} %`],
  ["error", member("message")],
  ["reason", plain],
  ["attempt", labelled("attempt")],
  ["delayMs", (value) => `in ${formatDuration(Number(value))}`],
  ["uri", plain],
  ["exitCode", labelled("exit code")],
  ["signal", plain],
  ["droppedEntries", (value) => `${plain(value)} lines dropped`],
  ["durationMs", (value) => formatDuration(Number(value))],
];

function shortened(text: string): string {
  const line = text.replaceAll(/\s+/g, " ");
  return line.length > MAX_GIST ? `${line.slice(0, MAX_GIST - 1)}…` : line;
}

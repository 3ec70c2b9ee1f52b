import type { JsonObject, JsonValue } from "../../envelope/envelope.js";
import { countOf } from "../app/format.js";
import { visibleText } from "../parts/visible-text.js";

const MAX_LENGTH = 300;

/** Members that say best what an event is about, the first one that is there. */
const TELLING = ["message", "reason", "nodeName", "stepName", "name", "gate", "command"] as const;

/** What an event says, in a line. */
export function gistOf(payload: JsonObject): string {
  return visibleText(textOf(payload)).slice(0, MAX_LENGTH);
}

function textOf(payload: JsonObject): string {
  const { entries, error, percentage, droppedEntries } = payload;
  if (Array.isArray(entries)) {
    const first = text(member(entries[0], "message")) ?? "";
    return entries.length === 1 ? first : `${countOf(entries.length, "line")}: ${first}`;
  }
  const failure = text(member(error, "message"));
  if (failure !== undefined) return failure;
  if (typeof droppedEntries === "number") return `${countOf(droppedEntries, "line")} left out`;
  for (const name of TELLING) {
    const value = text(payload[name]);
    if (value === undefined) continue;
    return typeof percentage === "number" ? `${value}, ${percentage} %` : value;
  }
  return typeof percentage === "number" ? `${percentage} %` : "";
}

function member(value: JsonValue | undefined, name: string): JsonValue | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? value[name]
    : undefined;
}

function text(value: JsonValue | undefined): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

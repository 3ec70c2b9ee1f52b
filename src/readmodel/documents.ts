import { stripVTControlCharacters } from "node:util";
import { levelRank } from "../envelope/catalogue/log-entry.js";
import type { EventEnvelope, JsonObject, JsonValue } from "../envelope/envelope.js";
import { objectOf } from "../projections/payload-values.js";
import { effectiveEntry } from "./log-line.js";
import { tag } from "./tags.js";

/** An event has at most so many documents: one for each log entry. */
export const PLACES = 1024;

/** What of a text is found, in UTF-16 code units: more is not text that people look for. */
const MAX_TEXT = 16 * 1024;

/** What can be found: a log entry, or an event that has none. */
export interface Document {
  /** Of a log entry, its place in the event. */
  place: number;
  /** Of its own, {@link tag}. */
  tags: string;
  text: string;
}

/**
 * The documents of an event.
 *
 * @param nodeKey the key of a node
 */
export function documentsOf(event: EventEnvelope, nodeKey: (nodeId: string) => number): Document[] {
  const { entries } = event.payload;
  if (event.type !== "log.appended" || !Array.isArray(entries)) {
    return [{ place: 0, tags: "", text: textIn(event.payload) }];
  }
  return entries.slice(0, PLACES).map((value, place) => {
    const entry = objectOf(value) ?? {};
    return { place, tags: tagsOf(entry, nodeKey), text: textOfEntry(entry) };
  });
}

const INFO = levelRank("info");

function tagsOf(entry: JsonObject, nodeKey: (nodeId: string) => number): string {
  const { level, category, displayPriority, isMilestone, stream, nodeId } = effectiveEntry(entry);
  let tags = "";
  const rank = levelRank(level);
  if (rank !== INFO) tags += ` ${tag.level(rank)}`;
  if (category === "business") tags += ` ${tag.business}`;
  if (displayPriority !== 5) tags += ` ${tag.priority(displayPriority)}`;
  if (isMilestone) tags += ` ${tag.milestone}`;
  if (stream !== null) tags += ` ${tag[stream]}`;
  if (nodeId !== null) tags += ` ${tag.node(nodeKey(nodeId))}`;
  return tags;
}

/** The members of a log entry that are text for people. */
const TEXTS = [
  "message",
  "userFriendlyMessage",
  "technicalDetails",
  "stackTrace",
  "fields",
] as const;

/**
 * What is found of a log entry: the words that people wrote for people, without what steers a terminal, which would
 * stick to them.
 */
export function textOfEntry(entry: JsonObject): string {
  const text = writtenIn(entry);
  return text.includes("\u001b") ? stripVTControlCharacters(text) : text;
}

function writtenIn(entry: JsonObject): string {
  const { message, ...rest } = entry;
  const isPlain = typeof message === "string" && !TEXTS.some((name) => rest[name] !== undefined);
  if (isPlain) return message.slice(0, MAX_TEXT);
  return textIn(Object.fromEntries(TEXTS.map((name) => [name, entry[name] ?? null])));
}

/** The texts within a value, one a line. */
export function textIn(value: JsonValue): string {
  const texts: string[] = [];
  let length = 0;
  const collect = (part: JsonValue): void => {
    if (length >= MAX_TEXT) return;
    if (typeof part === "string") {
      texts.push(part);
      length += part.length + 1;
    } else if (typeof part === "object" && part !== null) {
      for (const inner of Object.values(part)) collect(inner);
    }
  };
  collect(value);
  return texts.join("\n").slice(0, MAX_TEXT);
}

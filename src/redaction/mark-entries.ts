import { isJsonObject } from "../envelope/catalogue/json-object.js";
import type { JsonObject, JsonValue } from "../envelope/envelope.js";

const PLACEHOLDER = /\[redacted:([a-z][a-z0-9-]{0,39})\]/g;

/**
 * The payload of `log.appended`, each of whose entries names in `redacted` what has been taken out of it:
 * whose placeholders are in it, each once, in order. What an entry has there already stays.
 */
export function markEntries(payload: JsonObject, isKnown: (name: string) => boolean): JsonObject {
  const { entries } = payload;
  if (!Array.isArray(entries)) return payload;
  return { ...payload, entries: entries.map((entry) => markEntry(entry, isKnown)) };
}

function markEntry(entry: JsonValue, isKnown: (name: string) => boolean): JsonValue {
  if (!isJsonObject(entry)) return entry;
  const given: readonly unknown[] = Array.isArray(entry["redacted"]) ? entry["redacted"] : [];
  const names = new Set(given.filter((name) => typeof name === "string"));
  for (const [, name = ""] of JSON.stringify(entry).matchAll(PLACEHOLDER)) {
    if (isKnown(name)) names.add(name);
  }
  if (names.size === given.length) return entry;
  return { ...entry, redacted: [...names].sort() };
}

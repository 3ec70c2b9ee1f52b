import type { JsonObject, JsonValue } from "../envelope/envelope.js";

/**
 * Reading payloads whose members need not be what the catalogue says: an event may be of an older version,
 * or have been appended past the gateway. What is of another type counts as not said.
 */

/** The longest text that a state keeps of a message, in UTF-16 code units; the event has all of it. */
export const MAX_TEXT = 500;

/** The longest id or name: as long as the longest that the schemas allow. */
export const MAX_NAME = 1024;

/** A text, cut to at most `max` UTF-16 code units between two code points; null where `value` is none. */
export function textOf(value: JsonValue | undefined, max = MAX_TEXT): string | null {
  if (typeof value !== "string") return null;
  if (value.length <= max) return value;
  const isBetweenSurrogates = (value.charCodeAt(max - 1) & 0xfc00) === 0xd800;
  return value.slice(0, isBetweenSurrogates ? max - 1 : max);
}

/** An id or a name: a text that is not empty. */
export function nameOf(value: JsonValue | undefined): string | null {
  return value === "" ? null : textOf(value, MAX_NAME);
}

export function numberOf(value: JsonValue | undefined): number | null {
  return typeof value === "number" ? value : null;
}

/** An integer of at least 0. */
export function countOf(value: JsonValue | undefined): number | null {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? value : null;
}

/** A number from 0 to 100; what lies beyond becomes the nearer of the two. */
export function percentageOf(value: JsonValue | undefined): number | null {
  return typeof value === "number" ? Math.min(100, Math.max(0, value)) : null;
}

export function objectOf(value: JsonValue | undefined): JsonObject | null {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value : null;
}

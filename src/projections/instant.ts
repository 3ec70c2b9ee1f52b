import { isTimestamp } from "../envelope/catalogue/timestamp.js";

const STORED_FORM = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

/**
 * The instant in the form in which envelopes store it (UTC, milliseconds, `Z`), so that the earlier of two
 * is the lesser text; null where `value` is no timestamp.
 */
export function instantOf(value: unknown): string | null {
  if (typeof value !== "string") return null;
  // Nearly all are, and to read one back costs ten times as much.
  if (STORED_FORM.test(value)) return value;
  return isTimestamp(value) ? new Date(value).toISOString() : null;
}

/** The earlier of two instants; one that is null is not there. */
export function earlier(one: string | null, other: string | null): string | null {
  if (one === null || other === null) return one ?? other;
  return one <= other ? one : other;
}

/** The later of two instants; one that is null is not there. */
export function later(one: string | null, other: string | null): string | null {
  if (one === null || other === null) return one ?? other;
  return one >= other ? one : other;
}

/**
 * Milliseconds from one instant to another; 0 where a clock was set back between them, null where one of
 * them is not known.
 */
export function elapsedMs(from: string | null, to: string | null): number | null {
  if (from === null || to === null) return null;
  const elapsed = Date.parse(to) - Date.parse(from);
  return Number.isNaN(elapsed) ? null : Math.max(0, elapsed);
}

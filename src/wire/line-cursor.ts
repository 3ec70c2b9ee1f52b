import { parseCursor } from "./cursor.js";

/**
 * A position among log entries: behind this one. Written `<sequence>-<entry>.<epoch>`, e.g. `1042-3.k3f9q2`, with the
 * event's sequence and the entry's place in it, from 0.
 */
export interface LineCursor {
  sequence: number;
  entry: number;
  /** The stream's incarnation; undefined where it was not given. */
  epoch: string | undefined;
}

/** An event has at most so many entries. */
const MAX_ENTRIES = 1000;

const PATTERN = /^(\d+)-(\d{1,3})((?:\..*)?)$/;

export function formatLineCursor(sequence: number, entry: number, epoch: string): string {
  return `${sequence}-${entry}.${epoch}`;
}

/** The cursor that `text` is; that of an event is behind all of its entries. Undefined if it is none. */
export function parseLineCursor(text: string): LineCursor | undefined {
  const match = PATTERN.exec(text);
  const cursor = parseCursor(match ? `${match[1] ?? ""}${match[3] ?? ""}` : text);
  return cursor && { ...cursor, entry: match ? Number(match[2]) : MAX_ENTRIES - 1 };
}

import { canonicalize } from "../../../src/envelope/canonical.js";
import type { EventEnvelope, JsonObject } from "../../../src/envelope/envelope.js";
import { hashEnvelope } from "../../../src/envelope/hash.js";
import type { EventLeaf } from "../../../src/audit/leaf.js";
import type { SealedEntry } from "../bundles.js";

/** A line of a bundle, to be changed. */
export interface Line {
  kind: string;
  event?: JsonObject;
  leaf?: EventLeaf;
  sequence?: number;
  [member: string]: unknown;
}

export function parsed(line: string): Line {
  return JSON.parse(line) as Line;
}

/** The line after a change, canonical again. */
export function written(line: string, change: (line: Line) => void): string {
  const copy = parsed(line);
  change(copy);
  return canonicalize(copy);
}

/** The lines with those of a kind changed, or dropped. */
export function atKind(
  lines: readonly string[],
  kind: string,
  change: ((line: Line) => void) | "drop",
): string[] {
  return lines.flatMap((line) => {
    if (parsed(line).kind !== kind) return [line];
    return change === "drop" ? [] : [written(line, change)];
  });
}

/** The leaf of an event's line. */
export function sealed({ leaf }: Line): EventLeaf {
  if (!leaf) throw new Error("the line has no leaf");
  return leaf;
}

/** Another payload, or other members, with a hash that fits them, in the event and, unless it stays, in its leaf. */
export function forge(line: Line, members: Partial<EventEnvelope>, leaf?: "leaf stays"): void {
  const forged = forgedEvent(line.event as unknown as EventEnvelope, members);
  line.event = forged as unknown as JsonObject;
  if (leaf === undefined) sealed(line).hash = forged.hash;
}

function forgedEvent(event: EventEnvelope, members: Partial<EventEnvelope>): EventEnvelope {
  const isPayload = Object.keys(members).length === 0;
  const forged = { ...event, ...(isPayload ? { payload: { forged: true } } : members) };
  return { ...forged, hash: hashEnvelope(forged) };
}

/** The log with another payload at a sequence, and every later event of that scope made to fit. */
export function rechain(entries: readonly SealedEntry[], sequence: number): SealedEntry[] {
  let head: EventEnvelope | undefined;
  return entries.map((entry) => {
    const event = JSON.parse(entry.text ?? "") as EventEnvelope;
    const isFirst = entry.leaf.sequence === sequence;
    if (!isFirst && event.scope !== head?.scope) return entry;
    head = forgedEvent(event, head ? { prev: head.hash } : {});
    return { text: canonicalize(head), leaf: { ...(entry.leaf as EventLeaf), hash: head.hash } };
  });
}

import type { EventEnvelope } from "../envelope/envelope.js";
import { parseCursor } from "../wire/cursor.js";
import type { ControlFrame, ErrorFrame } from "../wire/frame.js";
import { ProtocolError } from "./errors.js";

/** One event of the log, in its place. */
export interface EventFrame {
  kind: "event";
  /** "I have everything up to and including this event": where to resume. */
  cursor: string;
  /** The order of the whole log. */
  sequence: number;
  event: EventEnvelope;
  /** The stored envelope as it came, byte for byte in UTF-8: what was hashed. */
  text: string;
}

/** What {@link follow} yields. An error frame is not among it: it is a reconnect, or an exception. */
export type ClientFrame = EventFrame | Exclude<ControlFrame, ErrorFrame>;

/** A frame as it arrives. */
export type WireFrame = EventFrame | ControlFrame;

const CONTROL_KINDS: ReadonlySet<string> = new Set<ControlFrame["kind"]>([
  "open",
  "caught-up",
  "checkpoint",
  "gap",
  "end",
  "error",
]);

/** One dispatched block of an SSE stream. */
export interface SseMessage {
  id?: string | undefined;
  event?: string | undefined;
  data: string;
}

/**
 * The frame that an SSE block carries; undefined for a control frame of a kind that a newer server has
 * and we do not know.
 *
 * @throws ProtocolError
 */
export function frameOf({ id, event = "", data }: SseMessage): WireFrame | undefined {
  const value = parseObject(data);
  if (event.startsWith("stream.")) {
    const kind = event.slice("stream.".length);
    return CONTROL_KINDS.has(kind) ? ({ ...value, kind } as ControlFrame) : undefined;
  }
  const sequence = id === undefined ? undefined : parseCursor(id)?.sequence;
  if (id === undefined || sequence === undefined) {
    throw new ProtocolError(`an event of the stream has no cursor: ${id ?? "no id"}`);
  }
  return {
    kind: "event",
    cursor: id,
    sequence,
    event: value as unknown as EventEnvelope,
    text: data,
  };
}

function parseObject(data: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(data);
  } catch (cause) {
    throw new ProtocolError("a frame of the stream is not JSON", { cause });
  }
  if (typeof value !== "object" || value === null) {
    throw new ProtocolError("a frame of the stream is not a JSON object");
  }
  return value as Record<string, unknown>;
}

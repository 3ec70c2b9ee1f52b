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

/**
 * The frame of an event.
 *
 * @param text - the envelope as it came
 * @throws ProtocolError
 */
export function eventFrame(cursor: unknown, text: string): EventFrame {
  const sequence = typeof cursor === "string" ? parseCursor(cursor)?.sequence : undefined;
  if (sequence === undefined) {
    throw new ProtocolError(`an event of the stream has no cursor: ${JSON.stringify(cursor)}`);
  }
  const event = parseObject(text);
  if (
    typeof event["scope"] !== "string" ||
    typeof event["type"] !== "string" ||
    typeof event["hash"] !== "string" ||
    !Number.isSafeInteger(event["index"])
  ) {
    throw new ProtocolError("an event of the stream is no envelope");
  }
  return {
    kind: "event",
    cursor: cursor as string,
    sequence,
    event: event as unknown as EventEnvelope,
    text,
  };
}

/** What each kind must have for the reader to go by it. */
const REQUIRED: Readonly<Record<ControlFrame["kind"], (value: JsonValues) => boolean>> = {
  open: ({ cursor, head }) => isCursor(cursor) && isCursor(head),
  "caught-up": ({ cursor }) => isCursor(cursor),
  checkpoint: ({ cursor }) => isCursor(cursor),
  gap: ({ reason, lost }) => typeof reason === "string" && Array.isArray(lost),
  end: ({ cursor, sequence, count, headHash }) =>
    isCursor(cursor) &&
    Number.isSafeInteger(sequence) &&
    Number.isSafeInteger(count) &&
    typeof headHash === "string",
  error: ({ problem, retryable }) =>
    isObject(problem) &&
    typeof problem["detail"] === "string" &&
    typeof problem["status"] === "number" &&
    typeof retryable === "boolean",
};

/**
 * A control frame; undefined for one of a kind that a newer server has and we do not know.
 *
 * @throws ProtocolError
 */
export function controlFrame(kind: string, value: JsonValues): ControlFrame | undefined {
  if (!Object.hasOwn(REQUIRED, kind)) return undefined;
  const known = kind as ControlFrame["kind"];
  if (REQUIRED[known](value)) return { ...value, kind: known } as unknown as ControlFrame;
  throw new ProtocolError(`a frame of the stream is no ${kind} frame`);
}

type JsonValues = Readonly<Record<string, unknown>>;

/** @throws ProtocolError */
export function parseObject(text: string): JsonValues {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new ProtocolError("a frame of the stream is not JSON", { cause });
  }
  if (isObject(value)) return value;
  throw new ProtocolError("a frame of the stream is not a JSON object");
}

function isObject(value: unknown): value is JsonValues {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isCursor(value: unknown): boolean {
  return typeof value === "string" && parseCursor(value) !== undefined;
}

import { controlFrame, eventFrame, parseObject, type WireFrame } from "./client-frame.js";
import { ProtocolError } from "./errors.js";
import { rawEvents } from "./raw-events.js";

/** What a message of the server says to the one subscription of a socket. */
export type SocketMessage =
  | { op: "frames"; frames: WireFrame[] }
  /** Everything that was asked for has been sent: we never end a subscription ourselves. */
  | { op: "unsubscribed" }
  /** The server is there; or a word that a newer one has and we do not know. */
  | { op: "nothing" };

/** @throws ProtocolError */
export function parseSocketMessage(data: unknown): SocketMessage {
  if (typeof data !== "string") throw new ProtocolError("a message of the socket is not text");
  const { op, sub, ...value } = parseObject(data);
  if (typeof op !== "string") throw new ProtocolError("a message of the socket has no op");
  if (op === "events") return { op: "frames", frames: eventFrames(value["events"], data) };
  if (op === "unsubscribed") return { op };
  const frame = controlFrame(op, value);
  return frame ? { op: "frames", frames: [frame] } : { op: "nothing" };
}

function eventFrames(events: unknown, data: string): WireFrame[] {
  if (!isObjects(events)) throw new ProtocolError("a message of events has no events");
  const texts = rawEvents(data);
  return events.map(({ cursor }, i) => eventFrame(cursor, texts[i] ?? ""));
}

function isObjects(value: unknown): value is { cursor?: unknown }[] {
  return Array.isArray(value) && value.every((item) => typeof item === "object" && item !== null);
}

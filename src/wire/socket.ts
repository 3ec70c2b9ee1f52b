import type { CursorText } from "./cursor.js";
import type {
  CaughtUpFrame,
  CheckpointFrame,
  EndFrame,
  ErrorFrame,
  GapFrame,
  OpenFrame,
} from "./frame.js";

/** The WebSocket subprotocol (RFC 6455, section 1.9) in which these messages are spoken, as JSON text. */
export const SUBPROTOCOL = "runtrail.v1";

/** What a client says. */
export type ClientMessage = SubscribeMessage | UnsubscribeMessage | AckMessage | AuthMessage;

/** Opens a stream. At most one of `after`, `from`, `last`. */
export interface SubscribeMessage {
  op: "subscribe";
  /** The client's name for it, 1 to 64 printable ASCII characters; one that is not in use on this socket. */
  sub: string;
  /** A scope's path, `correlations/<id>`, or empty for the whole tenant. */
  scope: string;
  /** A cursor: starts after it. */
  after?: string;
  /**
   * The cursor is where a stream broke off, as a `Last-Event-ID` is: one beyond the end of the log gets a
   * gap, not an error, and a durable subscription is not moved by it.
   */
  resumed?: boolean;
  /** Starts at this sequence, inclusive. By default the stream begins at the start. */
  from?: number | "start" | "now";
  /** Starts with the newest so many events. */
  last?: number;
  /** Ends after this sequence. */
  to?: number;
  filter?: SocketFilter;
  /** Send the scope's state with `open`. */
  snapshot?: boolean;
  /** Name of a durable subscription: the server keeps its position, and `ack` moves it. */
  durable?: string;
}

/** As {@link EventFilter}; `type` may also be one text, separated by commas. */
export interface SocketFilter {
  type?: string | readonly string[];
  level?: string;
  category?: string;
  milestone?: boolean;
  correlationId?: string;
}

export interface UnsubscribeMessage {
  op: "unsubscribe";
  sub: string;
}

/** Everything up to `cursor` has been dealt with. */
export interface AckMessage {
  op: "ack";
  sub: string;
  cursor: string;
}

/** Shows another token, before the present one expires. */
export interface AuthMessage {
  op: "auth";
  token: string;
}

/** What the server says. */
export type ServerMessage =
  | EventsMessage
  | UnsubscribedMessage
  | ErrorMessage
  | HeartbeatMessage
  | Told<OpenFrame>
  | Told<CaughtUpFrame>
  | Told<CheckpointFrame>
  | Told<GapFrame>
  /** The subscription is over. */
  | Told<EndFrame>;

/** A control frame, its kind as the `op`. */
type Told<Frame extends { kind: string }> = Omit<Frame, "kind"> & {
  op: Frame["kind"];
  sub: string;
};

/** Events that were ready together, in order. */
export interface EventsMessage {
  op: "events";
  sub: string;
  events: { cursor: CursorText; event: unknown }[];
  /** They have been delivered to this durable subscription before, and not acknowledged. */
  redelivered?: true;
}

/**
 * Nothing has been sent for a while, and the server is there. A page cannot see pings: without this it
 * could not tell an idle stream from a dead connection.
 */
export interface HeartbeatMessage {
  op: "heartbeat";
  /** The server's clock: RFC 3339, UTC, milliseconds, `Z`. */
  at: string;
}

/** Nothing of the subscription comes after this. */
export interface UnsubscribedMessage {
  op: "unsubscribed";
  sub: string;
  /**
   * `asked`: by `unsubscribe`. `complete`: everything up to `to` has been sent; or the scope has ended and
   * the client had all of it already, which over server-sent events is a 204.
   */
  reason: "asked" | "complete";
}

/**
 * With `sub`: there is no such subscription, or none any more. Without: nothing has changed; a refused
 * `subscribe` whose name is in use must not look like the end of the one that uses it.
 */
export interface ErrorMessage extends Omit<ErrorFrame, "kind"> {
  op: "error";
  sub?: string;
  /** The message that this answers, as far as it could be read. */
  about?: { op?: ClientMessage["op"]; sub?: string };
}

/** Why the server closes a socket (RFC 6455, section 7.4), beside the codes of the protocol itself. */
export const CLOSE_CODES = {
  /** It shuts down: connect again after a moment. */
  restarting: 1012,
  /** A message was not text. */
  notText: 1003,
  /** A message was longer than a message may be. */
  tooBig: 1009,
  /** A message was not JSON. */
  malformed: 4400,
  unauthorized: 4401,
  /** Nothing was taken, or no ping answered, for too long. */
  tooSlow: 4408,
  /** It has lived as long as a socket may: connect again. */
  maxAge: 4410,
  /** Too many sockets, or too many messages in a short time. */
  tooMany: 4429,
} as const;

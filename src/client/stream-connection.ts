import type { EventFilter } from "../wire/event-filter.js";
import type { WireFrame } from "./client-frame.js";
import type { ConnectionOptions } from "./connection.js";

/** Where and how a connection to a timeline's stream starts. */
export interface ConnectionStart {
  scope: string;
  /** What the reader asked for; at most one of the first three is there. */
  after?: string | undefined;
  from?: number | "start" | "now" | undefined;
  last?: number | undefined;
  to?: number | undefined;
  filter?: EventFilter | undefined;
  snapshot?: boolean | undefined;
  /** The position of the connection before; it wins over `after`, `from` and `last`. */
  resumeAfter: string | undefined;
  /** A connection that is silent for longer is taken for dead. */
  silenceMs: number;
  signal: AbortSignal;
}

/** What comes out of one connection. */
export type Arrival =
  | { kind: "frame"; frame: WireFrame }
  /** The server's word on how long to wait before connecting again. */
  | { kind: "retry"; delayMs: number }
  /** There is nothing after the position, and never will be. */
  | { kind: "nothing-more" };

/**
 * One connection to a timeline's stream, from its request until the server closes it in good order: what
 * arrives, as it arrives.
 *
 * @throws UnavailableError when the connection fails, breaks or falls silent
 * @throws RequestRefusedError, ProtocolError
 */
export type StreamConnection = (
  connection: ConnectionOptions,
  start: ConnectionStart,
) => AsyncGenerator<Arrival>;

import { SUBPROTOCOL, type SubscribeMessage } from "../wire/socket.js";
import { socketAddressOf, tokenOf, type ConnectionOptions } from "./connection.js";
import { ProtocolError, UnavailableError } from "./errors.js";
import { Inbox } from "./inbox.js";
import { endOfSocket } from "./socket-end.js";
import { parseSocketMessage } from "./socket-message.js";
import type { Arrival, ConnectionStart } from "./stream-connection.js";
import { watchdog } from "./watchdog.js";
import type { WebSocketConstructor, WebSocketLike } from "./web-socket.js";

/** The one subscription of a socket. */
const SUB = "s";
const NORMAL = 1000;

/** A browser reads a socket as fast as the server sends. How far it may be ahead of us, in characters. */
const MAX_AHEAD_LENGTH = 16 * 1024 * 1024;

/**
 * Follows over a WebSocket of its own.
 *
 * @throws TypeError where there is no WebSocket
 */
export async function* connectSocket(
  connection: ConnectionOptions,
  start: ConnectionStart,
): AsyncGenerator<Arrival> {
  const WebSocket = constructorOf(connection);
  const { silenceMs, signal } = start;
  const inbox = new Inbox(MAX_AHEAD_LENGTH);
  const watch = watchdog(silenceMs, (reason) => {
    inbox.end(reason);
  });
  const leave = () => {
    inbox.abandon();
  };
  const token = await tokenOf(connection, signal);
  signal.throwIfAborted();
  const socket = new WebSocket(socketAddressOf(connection, token).href, [SUBPROTOCOL]);
  signal.addEventListener("abort", leave);
  try {
    receive(socket, start, inbox);
    for (;;) {
      watch.start();
      const arrived = await inbox.next();
      watch.stop();
      signal.throwIfAborted();
      if (arrived === undefined) return;
      const said = parseSocketMessage(arrived.message);
      if (said.op === "unsubscribed") {
        yield { kind: "nothing-more" };
        return;
      }
      if (said.op === "nothing") continue;
      for (const frame of said.frames) yield { kind: "frame", frame };
    }
  } finally {
    watch.stop();
    signal.removeEventListener("abort", leave);
    socket.close(NORMAL);
    // A server that is gone would not answer the goodbye, and a process would wait for that.
    socket.terminate?.();
  }
}

function constructorOf({ WebSocket }: ConnectionOptions): WebSocketConstructor {
  const known = WebSocket ?? (globalThis as { WebSocket?: WebSocketConstructor }).WebSocket;
  if (known) return known;
  throw new TypeError(
    "there is no global WebSocket here: pass one, such as that of the package ws, as `WebSocket` beside `url`",
  );
}

/** Subscribes as soon as the socket is open, and puts what it says into the inbox. */
function receive(socket: WebSocketLike, start: ConnectionStart, inbox: Inbox): void {
  let cause: unknown;
  socket.addEventListener("open", () => {
    if (socket.protocol === SUBPROTOCOL) socket.send(JSON.stringify(subscription(start)));
    else inbox.end(new ProtocolError(`the server does not speak ${SUBPROTOCOL} over WebSockets`));
  });
  socket.addEventListener("message", ({ data }) => {
    if (inbox.offer(data)) return;
    // What has been taken in so far is good; the rest is asked for again, from there.
    inbox.end(new UnavailableError("the stream is faster than its reader", 0));
    socket.close(NORMAL);
  });
  socket.addEventListener("error", (event) => {
    cause = (event as { error?: unknown }).error;
  });
  socket.addEventListener("close", (event) => {
    inbox.end(endOfSocket(event, cause));
  });
}

function subscription({ scope, resumeAfter, ...start }: ConnectionStart): SubscribeMessage {
  const { after, from, last, to, filter, snapshot } = start;
  const position =
    resumeAfter === undefined ? { after, from, last } : { after: resumeAfter, resumed: true };
  const wanted = { ...position, to, filter, snapshot: snapshot || undefined };
  // What is undefined is not in the JSON.
  return { op: "subscribe", sub: SUB, scope, ...wanted } as SubscribeMessage;
}

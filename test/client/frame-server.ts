import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { WebSocket, WebSocketServer } from "ws";
import type { ConnectionOptions, Transport } from "../../src/client/index.js";
import type { ControlFrame } from "../../src/wire/frame.js";
import { SUBPROTOCOL, type SubscribeMessage } from "../../src/wire/socket.js";
import { sseControl, sseHeartbeat, sseRetry } from "../../src/wire/sse.js";
import { openStream, sseEvent, type Stored } from "./log-server.js";

/** How a client asked for a stream, on whichever transport. */
export interface Ask {
  scope: string;
  /** The position to start after. */
  after: number;
  token: string | undefined;
  /** Everything else that was said. */
  said: Record<string, unknown>;
}

/** A client's connection, in the words that both transports share. */
export interface Peer {
  send: (...frames: readonly (ControlFrame | Stored)[]) => void;
  heartbeat: () => void;
  /** Breaks the connection. */
  cut: () => void;
  /** Ends it in good order. */
  end: () => void;
  closed: Promise<unknown>;
}

export interface FrameServer {
  connection: ConnectionOptions;
  close: () => Promise<void>;
}

/** A server of streams that does what a test tells it to, over server-sent events or WebSockets. */
export async function serveFrames(
  transport: Transport,
  onAsk: (peer: Peer, ask: Ask) => void,
): Promise<FrameServer> {
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://localhost");
    const said = Object.fromEntries(searchParams);
    const header = request.headers["last-event-id"];
    openStream(response);
    response.write(sseRetry(1));
    const peer: Peer = {
      send: (...frames) => {
        for (const frame of frames) response.write(sseBlock(frame));
      },
      heartbeat: () => response.write(sseHeartbeat(new Date(0))),
      // Not before what has been sent is on its way.
      cut: () => response.write(":\n\n", () => response.socket?.destroy()),
      end: () => response.end(),
      closed: once(response, "close"),
    };
    const parts = pathname.split("/").slice(2, -1);
    onAsk(peer, {
      scope: parts.map(decodeURIComponent).join("/"),
      after: Number.parseInt(String(header ?? said["after"] ?? "0"), 10),
      token: request.headers.authorization?.replace("Bearer ", ""),
      said,
    });
  });
  const sockets = new WebSocketServer({ server, path: "/v1/ws" });
  sockets.on("connection", (socket, request) => {
    const { searchParams } = new URL(request.url ?? "/", "http://localhost");
    const say = (message: object) => {
      socket.send(JSON.stringify(message));
    };
    const peer: Peer = {
      send: (...frames) => {
        for (const text of socketMessages(frames)) socket.send(text);
      },
      heartbeat: () => {
        say({ op: "heartbeat", at: new Date(0).toISOString() });
      },
      cut: () => {
        socket.terminate();
      },
      end: () => {
        socket.close(1000);
      },
      closed: once(socket, "close"),
    };
    socket.once("message", (data: Buffer) => {
      const { scope, after, ...said } = JSON.parse(data.toString()) as SubscribeMessage;
      if (socket.protocol !== SUBPROTOCOL) socket.terminate();
      onAsk(peer, {
        scope,
        after: Number.parseInt(after ?? "0", 10),
        token: searchParams.get("access_token") ?? undefined,
        said: { ...said },
      });
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    connection: { url, WebSocket },
    close: async () => {
      for (const socket of sockets.clients) socket.terminate();
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

function sseBlock(frame: ControlFrame | Stored): string | Uint8Array {
  return "kind" in frame ? sseControl(frame) : sseEvent(frame.cursor, frame.type, frame.text);
}

/** Control frames by themselves, events that come together in one message. */
export function socketMessages(frames: readonly (ControlFrame | Stored)[]): string[] {
  const messages: string[] = [];
  let events: string[] = [];
  const flush = () => {
    if (events.length > 0)
      messages.push(`{"op":"events","sub":"s","events":[${events.join(",")}]}`);
    events = [];
  };
  for (const frame of frames) {
    if (!("kind" in frame)) events.push(`{"cursor":"${frame.cursor}","event":${frame.text}}`);
    else {
      flush();
      const { kind, ...rest } = frame;
      messages.push(JSON.stringify({ op: kind, sub: "s", ...rest }));
    }
  }
  flush();
  return messages;
}

import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { FastifyInstance } from "fastify";
import { WebSocketServer, type WebSocket } from "ws";
import { problem } from "../../wire/problem.js";
import { SUBPROTOCOL } from "../../wire/socket.js";
import { sendProblem } from "../problem-reply.js";
import { requestIdOf } from "../request-id.js";
import { loggable } from "../request-log.js";
import type { Serving } from "../serving.js";
import { isHandshake, refusalOf, SOCKET_PATH } from "./handshake.js";
import { serveWithoutUpgrade } from "./ordinary-request.js";
import { SocketSession } from "./session.js";
import { socketOperation } from "./socket-operations.js";

const MAX_MESSAGE_BYTES = 64 * 1024;

/** `GET /v1/ws`: timelines over a WebSocket. A handshake that fails is answered as any other request. */
export function socketRoutes(app: FastifyInstance, serving: Serving): void {
  const handshakes = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    maxPayload: MAX_MESSAGE_BYTES,
    // It would cost each socket its own encoding of every event, and memory for it.
    perMessageDeflate: false,
    handleProtocols: () => SUBPROTOCOL,
  });
  handshakes.on("headers", (headers, request) => {
    headers.push(`x-request-id: ${requestIdOf(request)}`);
  });
  // What only a WebSocket library finds wrong with it, such as a key of the wrong length.
  handshakes.on("wsClientError", (_error, socket, request) => {
    serveWithoutUpgrade(app.server, request, socket, Buffer.alloc(0));
  });

  const upgrade = (request: IncomingMessage, socket: Socket, behind: Buffer) => {
    if (!isHandshake(request) || refusalOf(request, serving)) {
      serveWithoutUpgrade(app.server, request, socket, behind);
      return;
    }
    // Named once: in the answer and in the log.
    request.headers["x-request-id"] = requestIdOf(request);
    handshakes.handleUpgrade(request, socket, behind, (ws) => {
      open(serving, ws, socket, request);
    });
  };

  const newest = new WeakMap<Socket, ServerResponse>();
  app.server.on("request", (request, response) => newest.set(request.socket, response));
  app.server.on("upgrade", (request: IncomingMessage, socket: Socket, behind: Buffer) => {
    const before = newest.get(socket);
    // Requests may be sent without waiting for answers, which then have to come first.
    if (!before || before.closed) upgrade(request, socket, behind);
    else {
      before.once("close", () => {
        upgrade(request, socket, behind);
      });
    }
  });

  const config = { operation: socketOperation, takesTokenInUrl: true };
  app.get(SOCKET_PATH, { config, exposeHeadRoute: false }, (request, reply) => {
    void reply.headers({ upgrade: "websocket", "sec-websocket-version": "13" });
    const refusal = refusalOf(request.raw, serving);
    const detail = "This is not a WebSocket handshake (RFC 6455, section 4.1).";
    return sendProblem(reply, refusal ?? problem("upgrade-required", detail));
  });
}

function open(serving: Serving, ws: WebSocket, socket: Socket, request: IncomingMessage): void {
  const { sockets, ticker, config, logger } = serving;
  const requestId = requestIdOf(request);
  const log = logger.child({ reqId: requestId });
  const address = loggable({ method: "GET", url: request.url ?? "" });
  const session = new SocketSession(ws, socket, serving, { log, requestId });
  sockets.add(session);
  ticker.add(session);
  log.info(address, "socket opened");
  ws.on("close", (code) => {
    ticker.delete(session);
    sockets.delete(session);
    log.info({ ...address, ...session.summary, code }, "socket closed");
  });
  // Not before it is open: a page cannot see with what status a handshake was refused.
  if (sockets.count > config.http.maxStreams) session.close("tooMany");
}

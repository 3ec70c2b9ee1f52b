import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { prepareSeal, EMPTY_CHAIN, type ChainHead } from "../../src/envelope/seal.js";
import {
  sseControl,
  sseEventHead,
  sseHeartbeat,
  sseRetry,
  SSE_BLOCK_END,
} from "../../src/wire/sse.js";
import type { EventEnvelope } from "../../src/envelope/envelope.js";
import type { ControlFrame } from "../../src/wire/frame.js";

export const EPOCH = "k3f9q2";

/** A stored event, as the protocol sends it. */
export interface Stored {
  sequence: number;
  cursor: string;
  type: string;
  text: string;
}

/** Seals events into a log, one after the other. */
export function sealLog(
  events: readonly { scope: string; type: string; payload?: Record<string, string> }[],
): Stored[] {
  const heads = new Map<string, ChainHead>();
  return events.map(({ scope, type, payload = {} }, i) => {
    const { index, hash, text } = prepareSeal({
      v: 1,
      id: `event-${String(i).padStart(4, "0")}`,
      type,
      origin: "runtrail.example/test",
      tenant: "default",
      scope,
      correlationId: "r-42",
      occurredAt: "2026-03-01T09:30:00.000Z",
      source: "test",
      payload,
    }).seal(heads.get(scope) ?? EMPTY_CHAIN);
    heads.set(scope, { index, hash });
    const sequence = i + 1;
    return { sequence, cursor: `${sequence}.${EPOCH}`, type, text };
  });
}

/** The blocks of a stream of `log` after a position, as the server writes them. */
export function sseBlocks(scope: string, log: readonly Stored[], after: number): Uint8Array[] {
  const utf8 = new TextEncoder();
  const blocks: Uint8Array[] = [
    utf8.encode(sseRetry(1)),
    utf8.encode(sseControl(openFrame(scope, log, after))),
    utf8.encode(sseHeartbeat(new Date(0))),
  ];
  for (const { sequence, cursor, type, text } of log) {
    if (sequence > after) blocks.push(sseEvent(cursor, type, text));
  }
  return blocks;
}

/** A whole event block. */
export function sseEvent(cursor: string, type: string | undefined, text: string): Uint8Array {
  return Buffer.from(`${sseEventHead(cursor, type)}${text}${SSE_BLOCK_END}`);
}

/** The frame that a stream of `log` begins with. */
export function openFrame(scope: string, log: readonly Stored[], after: number): ControlFrame {
  const head = `${log.length}.${EPOCH}` as const;
  return { kind: "open", scope, cursor: `${after}.${EPOCH}`, head, epoch: EPOCH };
}

/** The frame that ends a scope with the last event of `log`. */
export function endFrame(scope: string, log: readonly Stored[]): ControlFrame {
  const own = log
    .map(({ text }) => JSON.parse(text) as EventEnvelope)
    .filter((event) => event.scope === scope);
  return {
    kind: "end",
    cursor: `${log.length}.${EPOCH}`,
    sequence: log.length,
    count: own.length,
    headHash: own.at(-1)?.hash ?? "sha256:",
    status: "completed",
  };
}

export function endBlock(scope: string, log: readonly Stored[]): Uint8Array {
  return new TextEncoder().encode(sseControl(endFrame(scope, log)));
}

/** Where a request wants a stream to start. */
export function positionOf(request: IncomingMessage): number {
  const url = new URL(request.url ?? "/", "http://localhost");
  const cursor = request.headers["last-event-id"] ?? url.searchParams.get("after") ?? "0";
  return Number.parseInt(String(cursor), 10);
}

export function openStream(response: ServerResponse): void {
  response.writeHead(200, { "content-type": "text/event-stream; charset=utf-8" });
  response.flushHeaders();
}

/** Sends bytes and then breaks the connection, or ends it in good order. */
export function sendAndPart(response: ServerResponse, bytes: Uint8Array, how: "cut" | "end"): void {
  openStream(response);
  const part = () => {
    if (how === "end") response.end();
    else response.socket?.destroy();
  };
  if (bytes.length === 0) part();
  else response.write(bytes, part);
}

export interface TestServer {
  url: string;
  server: Server;
  close: () => Promise<void>;
}

export async function listen(
  onRequest: (request: IncomingMessage, response: ServerResponse) => void,
  port = 0,
): Promise<TestServer> {
  const server = createServer(onRequest);
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    server,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

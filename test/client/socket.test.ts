import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test, vi } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import {
  follow,
  ProtocolError,
  RequestRefusedError,
  type ConnectionOptions,
  type ConnectionState,
  type FollowOptions,
} from "../../src/client/index.js";
import { CLOSE_CODES, type SubscribeMessage } from "../../src/wire/socket.js";
import { socketMessages } from "./frame-server.js";
import { endFrame, EPOCH, openFrame, sealLog } from "./log-server.js";

const SCOPE = "runs/r-42";
const log = sealLog(
  ["run.created", "run.started", "run.completed"].map((type) => ({ scope: SCOPE, type })),
);
const texts = log.map(({ text }) => text);

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  vi.unstubAllGlobals();
  await Promise.all(closing.splice(0).map((close) => close()));
});

/** A server that answers the subscription of each socket as told. */
async function serve(
  onSubscribe: (socket: WebSocket, message: SubscribeMessage) => void,
): Promise<ConnectionOptions> {
  const server = createServer();
  const sockets = new WebSocketServer({ server });
  sockets.on("connection", (socket) => {
    socket.once("message", (data: Buffer) => {
      onSubscribe(socket, JSON.parse(data.toString()) as SubscribeMessage);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  closing.push(async () => {
    for (const socket of sockets.clients) socket.terminate();
    server.close();
    await once(server, "close");
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, WebSocket };
}

function sendWhole(socket: WebSocket, { after = "0" }: SubscribeMessage): void {
  const from = Number.parseInt(after, 10);
  const rest = log.filter(({ sequence }) => sequence > from);
  const frames = [openFrame(SCOPE, log, from), ...rest, endFrame(SCOPE, log)];
  for (const text of socketMessages(frames)) socket.send(text);
}

async function collect(connection: ConnectionOptions, options: FollowOptions = {}) {
  const seen: string[] = [];
  for await (const frame of follow(connection, SCOPE, { transport: "websocket", ...options })) {
    if (frame.kind === "event") seen.push(frame.text);
  }
  return seen;
}

test.each([
  ["maxAge", 4410],
  ["going away", 1001],
  ["tooSlow", CLOSE_CODES.tooSlow],
  ["a failure of the server", 1011],
  ["something unknown", 4999],
])("goes on where it was when the server closes for %s (%i)", async (_, code) => {
  const afters: (string | undefined)[] = [];
  const connection = await serve((socket, message) => {
    if (afters.push(message.after) > 1) sendWhole(socket, message);
    else {
      for (const text of socketMessages([openFrame(SCOPE, log, 0), ...log.slice(0, 2)])) {
        socket.send(text);
      }
      socket.close(code);
    }
  });
  expect(await collect(connection)).toEqual(texts);
  expect(afters).toEqual([undefined, `2.${EPOCH}`]);
});

test.each([
  ["restarting", CLOSE_CODES.restarting, 1000, 4000],
  ["too many", CLOSE_CODES.tooMany, 30_000, 30_000],
])("stays away for a while when the server closes for %s", async (_, code, least, most) => {
  const connection = await serve((socket) => {
    socket.close(code, "so it is");
  });
  const stop = new AbortController();
  const waits: Extract<ConnectionState, { state: "waiting" }>[] = [];
  const onState = (state: ConnectionState) => {
    if (state.state !== "waiting") return;
    waits.push(state);
    stop.abort();
  };
  await collect(connection, { signal: stop.signal, onState });
  expect(waits[0]?.reason).toMatch(/: so it is$/);
  expect(waits[0]?.retryInMs).toBeGreaterThanOrEqual(least);
  expect(waits[0]?.retryInMs).toBeLessThanOrEqual(most);
});

test.each([CLOSE_CODES.notText, CLOSE_CODES.tooBig, CLOSE_CODES.malformed])(
  "gives up when the server does not understand it (%i)",
  async (code) => {
    const connection = await serve((socket) => {
      socket.close(code);
    });
    await expect(collect(connection)).rejects.toThrow(ProtocolError);
  },
);

test("asks for a token once more when the server closes for the first one, and then gives up", async () => {
  let connections = 0;
  const connection = await serve((socket) => {
    connections++;
    socket.close(CLOSE_CODES.unauthorized);
  });
  let asked = 0;
  const failure = collect({ ...connection, token: () => `token-${++asked}` });
  await expect(failure).rejects.toThrow(RequestRefusedError);
  await expect(failure).rejects.toMatchObject({ status: 401 });
  expect({ asked, connections }).toEqual({ asked: 2, connections: 2 });
});

test.each([
  ["no JSON", "<html>"],
  ["no object", "[]"],
  ["no op", '{"sub":"s"}'],
  ["no text", Buffer.from("{}")],
  ["an event without a cursor", '{"op":"events","sub":"s","events":[{"event":{}}]}'],
  ["an event without an envelope", '{"op":"events","sub":"s","events":[{"cursor":"1.a"}]}'],
  ["an envelope that is none", '{"op":"events","sub":"s","events":[{"cursor":"1.a","event":1}]}'],
  ["no events", '{"op":"events","sub":"s"}'],
  ["events that are none", '{"op":"events","sub":"s","events":[1]}'],
  ["an open without a cursor", '{"op":"open","sub":"s","scope":"","head":"1.a","epoch":"a"}'],
  ["an error without a problem", '{"op":"error","sub":"s","retryable":true}'],
])("refuses %s as a message of the server", async (_, message) => {
  const connection = await serve((socket) => {
    socket.send(message);
  });
  await expect(collect(connection)).rejects.toThrow(ProtocolError);
});

test("passes over a message that it does not know", async () => {
  const connection = await serve((socket, message) => {
    socket.send('{"op":"weather","sub":"s","sky":"blue"}');
    sendWhole(socket, message);
  });
  expect(await collect(connection)).toEqual(texts);
});

test("ends when the server has sent everything that was asked for", async () => {
  const connection = await serve((socket) => {
    socket.send('{"op":"unsubscribed","sub":"s","reason":"complete"}');
  });
  expect(await collect(connection, { after: `3.${EPOCH}` })).toEqual([]);
});

test("throws what the server refuses for good", async () => {
  const problem = { code: "bad-scope", status: 400, detail: "no such thing" };
  const connection = await serve((socket) => {
    socket.send(JSON.stringify({ op: "error", problem, retryable: false, about: { sub: "s" } }));
  });
  const failure = collect(connection);
  await expect(failure).rejects.toThrow(RequestRefusedError);
  await expect(failure).rejects.toMatchObject({ code: "bad-scope", message: "no such thing" });
});

test("gives up on a server that speaks something else over WebSockets", async () => {
  const connection = await serve(() => undefined);
  class Other extends WebSocket {
    override readonly protocol = "other.v1";
  }
  await expect(collect({ ...connection, WebSocket: Other })).rejects.toThrow(/runtrail\.v1/);
});

test("says what to do where there is no WebSocket", async () => {
  vi.stubGlobal("WebSocket", undefined);
  const failure = collect({ url: "http://127.0.0.1:1" });
  await expect(failure).rejects.toThrow(TypeError);
  await expect(failure).rejects.toThrow(/pass one, such as that of the package ws/);
});

test("uses the global WebSocket where there is one", async () => {
  const { url } = await serve(sendWhole);
  vi.stubGlobal("WebSocket", WebSocket);
  expect(await collect({ url })).toEqual(texts);
});

test("keeps trying while the server is away, and says why", async () => {
  const { url } = await serve(() => undefined);
  for (const close of closing.splice(0)) await close();
  const stop = new AbortController();
  const states: ConnectionState[] = [];
  const onState = (state: ConnectionState) => {
    states.push(state);
    if (states.length === 4) stop.abort();
  };
  await collect({ url, WebSocket }, { signal: stop.signal, onState });
  expect(states[3]).toMatchObject({ state: "waiting", cause: { code: "ECONNREFUSED" } });
});

test("holds no more than it may of a stream that is faster than its reader, and loses nothing", async () => {
  const large = sealLog(
    Array.from({ length: 40 }, (_, i) => ({
      scope: SCOPE,
      type: "test.made",
      payload: { text: String(i).padStart(1_000_000) },
    })),
  );
  const closed: Promise<unknown>[] = [];
  const connection = await serve((socket, { after = "0" }) => {
    closed.push(once(socket, "close"));
    const from = Number.parseInt(after, 10);
    for (const text of socketMessages([openFrame(SCOPE, large, from)])) socket.send(text);
    for (const event of large.slice(from)) socket.send(socketMessages([event])[0] ?? "");
    socket.send(socketMessages([endFrame(SCOPE, large)])[0] ?? "");
  });
  let count = 0;
  for await (const frame of follow(connection, SCOPE, { transport: "websocket" })) {
    if (frame.kind !== "event") continue;
    expect(frame.text).toBe(large[count]?.text);
    if (count++ === 0) await closed[0];
  }
  expect(count).toBe(large.length);
  expect(closed.length).toBeGreaterThan(1);
});

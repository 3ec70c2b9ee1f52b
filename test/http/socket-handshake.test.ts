import { once } from "node:events";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Problem } from "../../src/wire/problem.js";
import { startGateway, type TestGateway } from "../fixtures/gateway.js";
import { connectTo, draft, getJson, newRun, readSocket } from "./requests.js";
import { openSocket, refusedHandshake } from "./socket-client.js";

let served: TestGateway;
beforeAll(async () => {
  served = await startGateway({ http: { corsOrigins: ["https://trail.example"] } });
});
afterAll(() => served.stop());

const HANDSHAKE = {
  connection: "Upgrade",
  upgrade: "websocket",
  "sec-websocket-version": "13",
  "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
  "sec-websocket-protocol": "runtrail.v1",
};

/** What a server answers to a request whose connection it is to close. */
async function rawAnswer(head: string, headers: Record<string, string>, body = "") {
  const socket = await connectTo(served.url);
  const lines = Object.entries({ host: "x", ...headers }).map((pair) => pair.join(": "));
  socket.end(`${head} HTTP/1.1\r\n${lines.join("\r\n")}\r\n\r\n${body}`);
  return readSocket(socket);
}

test("names the request in its answer, by the client's own id where it has one", async () => {
  const { ws } = await openSocket(served.url, { headers: { "x-request-id": "mine-1" } });
  ws.close();
  const socket = await connectTo(served.url);
  const lines = Object.entries({ host: "x", ...HANDSHAKE }).map((pair) => pair.join(": "));
  socket.write(`GET /v1/ws HTTP/1.1\r\n${lines.join("\r\n")}\r\n\r\n`);
  const [answer] = (await once(socket, "data")) as [Buffer];
  expect(answer.toString()).toMatch(/^HTTP\/1\.1 101 /);
  const id = /^x-request-id: (\S+)\r$/m.exec(answer.toString())?.[1];
  expect(id).toBeDefined();
  await expect.poll(() => served.log.map(({ reqId }) => reqId)).toContain(id);
  expect(served.log.map(({ reqId }) => reqId)).toContain("mine-1");
  socket.destroy();
});

test.each([
  ["/v1/nothing", ["runtrail.v1"], {}, 404, "not-found"],
  ["/v1/runs/a/b/events", ["runtrail.v1"], {}, 400, "bad-scope"],
  ["/v1/ws", [], {}, 400, "bad-request"],
  ["/v1/ws", ["runtrail.v2", "chat"], {}, 400, "bad-request"],
  ["/v1/ws", ["runtrail.v1"], { origin: "https://evil.example" }, 403, "forbidden-origin"],
  ["/v1/ws", ["runtrail.v1"], { origin: "http://localhost.evil.example" }, 403, "forbidden-origin"],
  ["/v1/ws", ["runtrail.v1"], { origin: "null" }, 403, "forbidden-origin"],
  ["/v1/ws", ["runtrail.v1"], { protocolVersion: 8 }, 426, "upgrade-required"],
])("refuses a socket at %s with %j and %j", async (path, protocols, options, status, code) => {
  const refused = await refusedHandshake(`${served.url}${path}`, protocols, options);
  expect({ status: refused.status, code: refused.body.code }).toEqual({ status, code });
  expect(refused.headers["content-type"]).toContain("application/problem+json");
  expect(refused.headers["x-request-id"]).toEqual(expect.any(String));
});

test.each([{}, { origin: "http://localhost:5173" }, { origin: "https://trail.example" }])(
  "takes a socket from %j",
  async (options) => {
    const { ws } = await openSocket(served.url, options);
    expect(ws.readyState).toBe(ws.OPEN);
    ws.close();
  },
);

test("takes our subprotocol among others", async () => {
  const headers = { ...HANDSHAKE, "sec-websocket-protocol": "chat, runtrail.v1" };
  const socket = await connectTo(served.url);
  const lines = Object.entries({ host: "x", ...headers }).map((pair) => pair.join(": "));
  socket.write(`GET /v1/ws HTTP/1.1\r\n${lines.join("\r\n")}\r\n\r\n`);
  const [answer] = (await once(socket, "data")) as [Buffer];
  expect(answer.toString()).toMatch(/^sec-websocket-protocol: runtrail\.v1\r$/im);
  socket.destroy();
});

test.each([
  ["an ordinary GET", {}],
  ["a key that is none", { ...HANDSHAKE, "sec-websocket-key": "short" }],
  ["another protocol to change to", { ...HANDSHAKE, upgrade: "h2c" }],
])("answers %s with 426 and what to change to", async (_, headers) => {
  const answer = await rawAnswer("GET /v1/ws", headers);
  expect(answer).toMatch(/^HTTP\/1\.1 426 /);
  expect(answer).toMatch(/^upgrade: websocket\r$/m);
  expect(answer).toContain('"code":"upgrade-required"');
});

test("answers other methods with 405", async () => {
  expect((await fetch(`${served.url}/v1/ws`, { method: "POST", body: "x" })).status).toBe(405);
  expect(await rawAnswer("POST /v1/ws", HANDSHAKE)).toMatch(/^HTTP\/1\.1 405 /);
});

test("serves requests that would rather be HTTP/2 as they are, bodies and what follows included", async () => {
  const run = newRun();
  const wish = {
    connection: "Upgrade, HTTP2-Settings",
    upgrade: "h2c",
    "http2-settings": "AAMAAABk",
  };
  const body = JSON.stringify(draft(1, { payload: { text: "x".repeat(300_000) } }));
  const socket = await connectTo(served.url);
  const lines = Object.entries({
    host: "x",
    "content-type": "application/json",
    "content-length": String(Buffer.byteLength(body)),
    ...wish,
  }).map((pair) => pair.join(": "));
  socket.write(`POST /v1/${run}/events HTTP/1.1\r\n${lines.join("\r\n")}\r\n\r\n${body}`);
  socket.write(
    "GET /healthz HTTP/1.1\r\nhost: x\r\nupgrade: h2c\r\nconnection: upgrade, close\r\n\r\n",
  );
  const answers = await readSocket(socket);
  expect(answers).toMatch(/^HTTP\/1\.1 201 /);
  expect(answers).toContain('"index":1');
  expect(answers).toMatch(/HTTP\/1\.1 200 [^]*\{"status":"ok"\}$/);
});

test("refuses sockets while the server stops", async () => {
  const { url, http } = await served.serve();
  const { closed, ws } = await openSocket(url);
  const connection = await connectTo(url);
  // Under way when the server is told to stop, so that its connection is still there.
  connection.write("GET /v1/ws HTTP/1.1\r\nhost: x\r\n");
  await expect.poll(async () => (await getJson<Problem>(`${url}/v1/ws`)).status).toBe(426);
  const stopped = http.close();
  const lines = Object.entries(HANDSHAKE).map((pair) => pair.join(": "));
  connection.write(`${lines.join("\r\n")}\r\n\r\n`);
  const answer = await readSocket(connection);
  expect(answer).toMatch(/^HTTP\/1\.1 503 /);
  expect(answer).toContain('"code":"unavailable"');
  expect((await closed).code).toBe(1012);
  ws.terminate();
  await stopped;
});

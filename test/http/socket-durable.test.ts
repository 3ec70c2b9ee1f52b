import { afterAll, beforeAll, expect, test } from "vitest";
import { startGateway, type TestGateway } from "../fixtures/gateway.js";
import { append, draft, newRun } from "./requests.js";
import { indicesIn, isTold, openSocket, type SocketClient } from "./socket-client.js";
import { readUntil } from "./sse-reader.js";
import { newName, stateOf } from "./subscriptions.js";

let served: TestGateway;
beforeAll(async () => {
  served = await startGateway();
});
afterAll(() => served.stop());

/** A socket with one durable subscription on it. */
async function subscribed(scope: string, durable: string): Promise<SocketClient> {
  const socket = await openSocket(served.url);
  socket.say({ op: "subscribe", sub: "d", scope, durable });
  return socket;
}

/** Leaves, and waits until the server knows. */
async function left(socket: SocketClient, name: string): Promise<void> {
  socket.ws.terminate();
  await expect.poll(async () => (await stateOf(served.url, name)).isActive).toBe(false);
}

test("goes on behind what was acknowledged, and marks what it has sent before", async () => {
  const [run, name] = [newRun(), newName()];
  await append(
    served.url,
    run,
    [1, 2, 3, 4].map((n) => draft(n)),
  );
  const first = await subscribed(run, name);
  const said = await readUntil(first.messages, isTold("caught-up"));
  expect(indicesIn(said)).toEqual([1, 2, 3, 4]);
  expect(said.some(({ redelivered }) => redelivered)).toBe(false);
  const second = said.flatMap(({ events = [] }) => events)[1]?.cursor;
  first.say({ op: "ack", sub: "d", cursor: second });
  await expect.poll(async () => (await stateOf(served.url, name)).ackedCursor).toBe(second);
  await left(first, name);

  await append(served.url, run, [draft(5)]);
  const again = await subscribed(run, name);
  const rest = await readUntil(again.messages, isTold("caught-up"));
  expect(indicesIn(rest)).toEqual([3, 4, 5]);
  expect(
    rest.filter(isTold("events")).map(({ redelivered, events = [] }) => ({
      redelivered,
      count: events.length,
    })),
  ).toEqual([
    { redelivered: true, count: 2 },
    { redelivered: undefined, count: 1 },
  ]);
  await left(again, name);
});

test("has one reader at a time, over whichever transport", async () => {
  const [run, name] = [newRun(), newName()];
  const first = await subscribed(run, name);
  await readUntil(first.messages, isTold("caught-up"));
  const second = await subscribed(run, name);
  const [error] = await readUntil(second.messages, isTold("error"));
  expect(error).toMatchObject({ sub: "d", problem: { code: "subscription-busy" } });
  await left(first, name);
  second.say({ op: "subscribe", sub: "d", scope: run, durable: name });
  await readUntil(second.messages, isTold("caught-up"));
  await left(second, name);
});

test("frees the place when it is unsubscribed, and the socket stays", async () => {
  const [run, name] = [newRun(), newName()];
  const socket = await subscribed(run, name);
  await readUntil(socket.messages, isTold("caught-up"));
  socket.say({ op: "unsubscribe", sub: "d" });
  await readUntil(socket.messages, isTold("unsubscribed"));
  await expect.poll(async () => (await stateOf(served.url, name)).isActive).toBe(false);
  socket.say({ op: "subscribe", sub: "d", scope: run, durable: name });
  await readUntil(socket.messages, isTold("caught-up"));
  await left(socket, name);
});

test.each([
  [{ durable: "no blanks" }, "bad-parameter", "/durable"],
  [{ durable: "a", to: 5 }, "bad-parameter", "/to"],
  [{ durable: "a", filter: { type: "a.*" } }, "bad-parameter", "/filter"],
  [{ durable: "a", snapshot: true }, "bad-parameter", "/snapshot"],
])("refuses %j and says what is to blame", async (members, code, pointer) => {
  const socket = await openSocket(served.url);
  socket.say({ op: "subscribe", sub: "d", scope: newRun(), ...members });
  const [error] = await readUntil(socket.messages, isTold("error"));
  expect(error).toMatchObject({ problem: { code, pointer } });
  socket.ws.close();
});

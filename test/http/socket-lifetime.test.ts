import { once } from "node:events";
import { afterAll, beforeAll, expect, test } from "vitest";
import { breakStreamsOf } from "./breaking-stream.js";
import { startGateway, type TestGateway } from "../fixtures/gateway.js";
import { WebSocket } from "ws";
import { until } from "../fixtures/until.js";
import { append, draft, newRun, postLines } from "./requests.js";
import { indicesIn, isTold, openSocket, times, type SocketClient } from "./socket-client.js";
import { readUntil } from "./sse-reader.js";

let served: TestGateway;
beforeAll(async () => {
  served = await startGateway();
});
afterAll(() => served.stop());

const upTo = (n: number, from = 1) => Array.from({ length: n - from + 1 }, (_, i) => from + i);

/** Opens a socket that follows a run. */
async function follow(url: string, run: string): Promise<SocketClient> {
  const socket = await openSocket(url);
  socket.say({ op: "subscribe", sub: "a", scope: run });
  await readUntil(socket.messages, isTold("caught-up"));
  return socket;
}

test("pings, and leaves a peer alone that answers", async () => {
  const { url } = await served.serve({ heartbeatMs: 100 });
  const { ws, messages } = await follow(url, newRun());
  for (let i = 0; i < 8; i++) await once(ws, "ping");
  expect(ws.readyState).toBe(ws.OPEN);
  ws.close();
  // A page, which cannot see pings, is told the same.
  const told = await readUntil(messages, () => false);
  expect(told.length).toBeGreaterThanOrEqual(7);
  for (const { op, at } of told) {
    expect(op).toBe("heartbeat");
    expect(at).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]{12}Z$/);
  }
});

test("gives a peer up that has vanished without a word", async () => {
  const { url, http, log } = await served.serve({ heartbeatMs: 100, stalledAfterMs: 1000 });
  const socket = await openSocket(url, { autoPong: false });
  socket.say({ op: "subscribe", sub: "a", scope: newRun() });
  expect((await socket.closed).code).toBe(1006);
  await expect.poll(() => http.stats).toEqual({ streams: 0, sockets: 0 });
  await expect
    .poll(() => log.find(({ msg }) => msg === "socket closed"))
    .toMatchObject({ end: "silent" });
});

test("gives a peer up that takes nothing, while the others read on", async () => {
  const { url, http, log } = await served.serve({ stalledAfterMs: 1000 });
  const run = newRun();
  const stalled = await follow(url, run);
  stalled.ws.pause();
  const other = await follow(url, run);
  const text = "x".repeat(500_000);
  const appended = (async () => {
    for (const i of upTo(40)) await append(served.url, run, [draft(i, { payload: { text } })]);
  })();
  const told = await readUntil(other.messages, ({ text }) => text.includes('"index":40,'));
  expect(indicesIn(told)).toEqual(upTo(40));
  await appended;
  await expect.poll(() => http.stats.sockets, { timeout: 10_000 }).toBe(1);
  await expect
    .poll(() => log.find(({ msg }) => msg === "socket closed"), { timeout: 10_000 })
    .toMatchObject({ end: "tooSlow" });
  other.ws.close();
  stalled.ws.terminate();
});

test("does not give up a peer that is slow but takes something", async () => {
  const { url } = await served.serve({ stalledAfterMs: 4000, heartbeatMs: 100 });
  const run = newRun();
  const text = "x".repeat(900_000);
  for (const i of upTo(40)) await append(served.url, run, [draft(i, { payload: { text } })]);
  await append(served.url, run, [{ type: "run.completed", payload: { durationMs: 1 } }]);
  const { ws, say, messages } = await openSocket(url);
  // The kernels hold up to ten megabytes, which take the peer less time than it is given, and all of it more.
  const startedMs = performance.now();
  ws.on("message", () => {
    ws.pause();
    setTimeout(() => {
      ws.resume();
    }, 150);
  });
  say({ op: "subscribe", sub: "a", scope: run });
  const told = await readUntil(messages, isTold("end"));
  expect(indicesIn(told)).toEqual(upTo(41));
  expect(performance.now() - startedMs).toBeGreaterThan(4000);
  ws.close();
});

test("holds little for a peer that takes nothing, whatever it asks for and says", async () => {
  const { url, http } = await served.serve();
  const run = newRun();
  const text = "x".repeat(250_000);
  await append(
    served.url,
    run,
    upTo(20).map((i) => draft(i, { payload: { text } })),
  );
  const { ws, say, messages } = await openSocket(url);
  ws.pause();
  for (const i of upTo(10)) say({ op: "subscribe", sub: `s${i}`, scope: run });
  for (const i of upTo(100)) say({ op: "unsubscribe", sub: `none-${i}` });
  await expect.poll(() => http.stats.streams).toBe(10);
  let most = await until("it takes no more", async () => (await waitingBytes(url)) || undefined);
  for (let i = 0; i < 50; i++) most = Math.max(most, await waitingBytes(url));
  // The bound, and the last piece before it.
  expect(most).toBeLessThan(512 * 1024);
  ws.resume();
  const told = await readUntil(messages, times(10, isTold("caught-up")));
  for (const i of upTo(10)) expect(indicesIn(told, `s${i}`)).toEqual(upTo(20));
  ws.close();
});

/** What waits in the process for sockets to take it. */
async function waitingBytes(url: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(/^runtrail_sockets_waiting_bytes (\S+)$/m.exec(text)?.[1]);
}

test("tells a live event while a long history is under way on the same socket", async () => {
  const [long, live] = [newRun(), newRun()];
  const text = "x".repeat(1000);
  await postLines(
    `${served.url}/v1/${long}/events`,
    upTo(20_000)
      .map((n) => JSON.stringify(draft(n, { payload: { text } })))
      .join("\n"),
  );
  const { ws, say, messages } = await openSocket(served.url);
  say({ op: "subscribe", sub: "live", scope: live });
  await readUntil(messages, isTold("caught-up", "live"));
  say({ op: "subscribe", sub: "long", scope: long });
  const before = await readUntil(messages, isTold("events", "long"));
  // Stands still meanwhile: whichever is faster, there is history left.
  ws.pause();
  await append(served.url, live, [draft(1)]);
  ws.resume();
  const between = await readUntil(messages, isTold("events", "live"));
  expect(between.some(isTold("caught-up", "long"))).toBe(false);
  const after = await readUntil(messages, isTold("caught-up", "long"));
  expect(indicesIn([...before, ...between, ...after], "long")).toEqual(upTo(20_000));
  ws.close();
});

test("closes a socket that has lived long enough", async () => {
  const { url, log } = await served.serve({ maxStreamAgeMs: 300 });
  const { closed } = await follow(url, newRun());
  expect((await closed).code).toBe(4410);
  await expect
    .poll(() => log.find(({ msg }) => msg === "socket closed"))
    .toMatchObject({ end: "maxAge" });
});

test("sends everyone away when the server stops, within its grace period", async () => {
  const { url, http } = await served.serve({ graceMs: 500 });
  const sockets = await Promise.all(upTo(20).map(() => follow(url, newRun())));
  // One that never answers.
  const [mute] = sockets;
  mute?.ws.pause();
  await http.close();
  mute?.ws.terminate();
  for (const { closed } of sockets.slice(1)) expect((await closed).code).toBe(1012);
});

test("accepts too many sockets only to say so", async () => {
  const { url, http } = await served.serve({ maxStreams: 2 });
  const held = [await openSocket(url), await openSocket(url)];
  const { closed } = await openSocket(url);
  expect((await closed).code).toBe(4429);
  for (const { ws } of held) ws.close();
  await expect.poll(() => http.stats.sockets).toBe(0);
  const free = await follow(url, newRun());
  free.ws.close();
});

test("frees everything of a thousand sockets that come and go", async () => {
  const { url, http } = await served.serve();
  const before = served.gateway.hub.stats.channels;
  for (const round of upTo(20)) {
    await Promise.all(
      upTo(50).map(async (i) => {
        const { ws, say, messages } = await openSocket(url);
        say({ op: "subscribe", sub: "a", scope: newRun() });
        say({ op: "subscribe", sub: "b", scope: "", from: "now" });
        if (i % 3 !== 0) await readUntil(messages, isTold("caught-up", "a"));
        if ((i + round) % 2 === 0) ws.terminate();
        else ws.close();
      }),
    );
  }
  await expect.poll(() => http.stats, { timeout: 10_000 }).toEqual({ streams: 0, sockets: 0 });
  expect(served.gateway.hub.stats.channels).toBeLessThanOrEqual(before);
});

test("tells when a subscription breaks off, and keeps the reason for the log", async () => {
  const { url, log } = await served.serve();
  const run = newRun();
  const open = breakStreamsOf(served.gateway.coordinator, run);
  const other = await follow(url, newRun());
  other.say({ op: "subscribe", sub: "b", scope: run });
  const told = await readUntil(other.messages, isTold("error"));
  open.mockRestore();
  expect(told.at(-1)).toMatchObject({
    sub: "b",
    problem: { code: "internal" },
    retryable: true,
    retryAfterMs: expect.any(Number) as number,
  });
  expect(JSON.stringify(told)).not.toContain("secret");
  expect(log.find(({ level }) => level === 50)).toMatchObject({
    err: { message: "a secret of ours" },
  });
  other.say({ op: "subscribe", sub: "b", scope: run });
  await readUntil(other.messages, isTold("caught-up", "b"));
  other.ws.close();
});

test("logs a socket when it opens and when it closes, and shows what is open", async () => {
  const { url, log, http } = await served.serve();
  const run = newRun();
  await append(served.url, run, [draft(1)]);
  const metrics = async () => (await fetch(`${url}/metrics`)).text();
  const { ws, say, messages, closed } = await openSocket(url, {
    headers: { "x-request-id": "mine" },
  });
  for (const sub of ["a", "b"]) say({ op: "subscribe", sub, scope: run });
  await readUntil(messages, times(2, isTold("caught-up")));
  const text = await metrics();
  expect(text).toMatch(/^runtrail_sockets_open 1$/m);
  expect(text).toMatch(/^runtrail_subscriptions_open 2$/m);
  expect(text).toMatch(/^runtrail_streams_open 2$/m);
  ws.close(1000);
  await closed;
  await expect.poll(() => http.stats).toEqual({ streams: 0, sockets: 0 });
  await expect.poll(() => log.map(({ msg }) => msg)).toContain("socket closed");
  expect(log.filter(({ msg }) => String(msg).startsWith("socket"))).toMatchObject([
    { msg: "socket opened", url: "/v1/ws", reqId: "mine" },
    {
      msg: "socket closed",
      reqId: "mine",
      end: "left",
      code: 1000,
      subscriptions: 2,
      events: 2,
      bytes: expect.any(Number) as number,
    },
  ]);
  expect(await metrics()).toMatch(/^runtrail_subscriptions_open 0$/m);
});

test("never writes a token into the log", async () => {
  const { url, log } = await served.serve();
  const ws = new WebSocket(
    `${url.replace(/^http/, "ws")}/v1/ws?access_token=secret`,
    "runtrail.v1",
  );
  await once(ws, "open");
  ws.close();
  await expect.poll(() => log.map(({ msg }) => msg)).toContain("socket closed");
  expect(JSON.stringify(log)).not.toContain("secret");
});

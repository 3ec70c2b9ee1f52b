import { once } from "node:events";
import { get } from "node:http";
import type { Socket } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { breakStreamsOf } from "./breaking-stream.js";
import { startGateway, type TestGateway } from "../fixtures/gateway.js";
import { append, connectTo, draft, newRun, post } from "./requests.js";
import { frameOf, indicesOf, isControl, openStream, readAll, readUntil } from "./sse-reader.js";

let served: TestGateway;
beforeAll(async () => {
  served = await startGateway();
});
afterAll(() => served.stop());

const upTo = (n: number) => Array.from({ length: n }, (_, i) => i + 1);

test("sends a heartbeat whenever nothing has been sent for a while", async () => {
  const { url } = await served.serve({ heartbeatMs: 100 });
  const stream = await openStream(`${url}/v1/${newRun()}/stream`);
  const startedMs = performance.now();
  let beats = 0;
  await readUntil(stream.arrivals, (arrival) => {
    if (arrival.kind === "comment") expect(arrival.text).toMatch(/^ ?hb \d{4}-\d\d-\d\dT.*Z$/);
    return arrival.kind === "comment" && ++beats === 5;
  });
  const ms = performance.now() - startedMs;
  expect(ms).toBeGreaterThan(350);
  expect(ms).toBeLessThan(2000);
  stream.leave();
});

test("ends a stream that has lived long enough cleanly, and its reader resumes", async () => {
  const { url, log } = await served.serve({ maxStreamAgeMs: 300 });
  const run = newRun();
  const address = `${url}/v1/${run}/stream`;
  await append(served.url, run, [draft(1)]);
  const blocks = await readAll((await openStream(address)).blocks);
  expect(indicesOf(blocks)).toEqual([1]);
  await append(served.url, run, [draft(2)]);
  const again = await openStream(address, { "last-event-id": blocks.at(-1)?.id ?? "" });
  expect(indicesOf(await readUntil(again.blocks, isControl("caught-up")))).toEqual([2]);
  again.leave();
  expect(log.find(({ msg }) => msg === "stream closed")).toMatchObject({
    end: "max-age",
    events: 1,
  });
});

test("tells a reader that there are too many, in a way that lets an EventSource come back", async () => {
  const { url, http } = await served.serve({ maxStreams: 2 });
  const address = `${url}/v1/${newRun()}/stream`;
  const held = [await openStream(address), await openStream(address)];
  const refused = await openStream(address);
  expect(refused.status).toBe(200);
  const arrivals = await readAll(refused.arrivals);
  expect(arrivals[0]).toEqual({ kind: "retry", ms: 30_000 });
  expect(arrivals).toHaveLength(2);
  const [, error] = arrivals;
  expect(error).toMatchObject({ event: "stream.error" });
  expect(JSON.parse(error?.kind === "block" ? error.data : "")).toMatchObject({
    problem: { code: "too-many-streams" },
    retryable: true,
    retryAfterMs: 30_000,
  });
  for (const stream of held) stream.leave();
  await expect.poll(() => http.stats.streams).toBe(0);
  const free = await openStream(address);
  await readUntil(free.blocks, isControl("caught-up"));
  free.leave();
});

test("gives a reader up whose socket takes nothing, while the others read on", async () => {
  const { url, http, log } = await served.serve({ stalledAfterMs: 500 });
  const run = newRun();
  const stalled = get(`${url}/v1/${run}/stream`, { agent: false });
  // Its response is never read.
  await once(stalled, "response");
  const gone = once(stalled, "close");
  stalled.on("error", () => undefined);
  const other = await openStream(`${url}/v1/${run}/stream`);

  const text = "x".repeat(500_000);
  const appended = (async () => {
    for (let i = 0; i < 40; i++) await append(served.url, run, [draft(i, { payload: { text } })]);
  })();
  const blocks = await readUntil(other.blocks, ({ data }) => data.includes('"index":40,'));
  expect(indicesOf(blocks)).toEqual(upTo(40));
  await appended;
  await expect.poll(() => http.stats.streams, { timeout: 10_000 }).toBe(1);
  expect(log.find(({ msg }) => msg === "stream closed")).toMatchObject({ end: "too-slow" });
  other.leave();
  stalled.destroy();
  await gone;
});

test("does not give up a reader that is slow but takes something", async () => {
  const { url } = await served.serve({ stalledAfterMs: 600 });
  const run = newRun();
  const text = "x".repeat(900_000);
  for (let i = 0; i < 20; i++) await append(served.url, run, [draft(i, { payload: { text } })]);
  await append(served.url, run, [{ type: "run.completed", payload: { durationMs: 1 } }]);
  const socket = await connectTo(url);
  socket.pause();
  socket.write(`GET /v1/${run}/stream HTTP/1.1\r\nHost: x\r\n\r\n`);
  const startedMs = performance.now();
  const pieces = await readSlowly(socket);
  expect(performance.now() - startedMs).toBeGreaterThan(3 * 600);
  const all = Buffer.concat(pieces).toString("latin1");
  expect(all.match(/^event: deploy\.step$/gm)).toHaveLength(20);
  expect(all).toContain("event: stream.end");
});

/** All that comes, taken at no more than some 8 MB/s. */
async function readSlowly(socket: Socket): Promise<Buffer[]> {
  const pieces: Buffer[] = [];
  const ended = once(socket, "end").then(() => true);
  for (;;) {
    const piece = socket.read() as Buffer | null;
    if (piece) pieces.push(piece);
    const pause = new Promise<false>((resolve) => setTimeout(resolve, 8, false));
    if (await Promise.race([ended, pause])) return pieces;
  }
}

test("frees everything when readers leave, at whatever moment", async () => {
  const { url, http } = await served.serve();
  const run = newRun();
  await append(
    served.url,
    run,
    Array.from({ length: 1000 }, (_, i) => draft(i)),
  );
  const sockets = await Promise.all(upTo(60).map(() => connectTo(url)));
  for (const [i, socket] of sockets.entries()) {
    const query = ["", "?last=10", "?snapshot=1", "?from=now"][i % 4] ?? "";
    socket.write(`GET /v1/${run}/stream${query} HTTP/1.1\r\nHost: x\r\n\r\n`);
    if (i % 3 === 0) socket.destroy();
    else socket.once("data", () => socket.resetAndDestroy());
  }
  await expect.poll(() => served.gateway.hub.stats.channels > 0 && http.stats.streams).toBe(0);
  const { body } = await post<{ index: number }>(`${served.url}/v1/${run}/events`, draft(1));
  expect(body.index).toBe(1001);
});

test("sends readers away when the server stops, to come back at different times", async () => {
  const { url, http } = await served.serve();
  const streams = await Promise.all(upTo(20).map(() => openStream(`${url}/v1/${newRun()}/stream`)));
  for (const stream of streams) {
    await readUntil(stream.arrivals, (a) => a.kind === "block" && a.event === "stream.caught-up");
  }
  const closed = http.close();
  const waits = new Set<number>();
  for (const stream of streams) {
    const [last] = (await readAll(stream.arrivals)).slice(-1);
    expect(last).toMatchObject({ kind: "retry" });
    if (last?.kind === "retry") waits.add(last.ms);
  }
  expect(waits.size).toBeGreaterThan(5);
  await closed;
  await expect(fetch(`${url}/healthz`)).rejects.toThrow();
});

test("stops within its grace period although connections hang", async () => {
  const { url, http } = await served.serve({ graceMs: 300 });
  const idle = await connectTo(url);
  const halfSent = await connectTo(url);
  halfSent.write(
    "POST /v1/runs/r/events HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{",
  );
  const startedMs = performance.now();
  await http.close();
  expect(performance.now() - startedMs).toBeLessThan(2000);
  idle.destroy();
  halfSent.destroy();
});

test("answers what is under way when the server stops", async () => {
  const { url, http } = await served.serve();
  const run = newRun();
  const answers = upTo(50).map((n) => post(`${url}/v1/${run}/events`, draft(n)));
  await Promise.race(answers);
  const closed = http.close();
  const settled = await Promise.allSettled(answers);
  for (const result of settled) {
    if (result.status === "fulfilled") expect([201, 503]).toContain(result.value.status);
  }
  await closed;
});

test("tells a reader when the server fails in the middle, and keeps the reason for the log", async () => {
  const { url, log } = await served.serve();
  const run = newRun();
  const open = breakStreamsOf(served.gateway.coordinator, run);
  const blocks = await readAll((await openStream(`${url}/v1/${run}/stream`)).blocks);
  open.mockRestore();
  expect(blocks.map(({ event }) => event)).toEqual(["stream.caught-up", "stream.error"]);
  expect(frameOf(blocks, "error")).toMatchObject({
    problem: { code: "internal" },
    retryable: true,
    retryAfterMs: expect.any(Number) as number,
  });
  expect(JSON.stringify(blocks)).not.toContain("secret");
  expect(log.find(({ level }) => level === 50)).toMatchObject({
    err: { message: "a secret of ours" },
  });
});

test("logs a stream when it opens and when it closes, with what it sent", async () => {
  const { url, log } = await served.serve();
  const run = newRun();
  await append(served.url, run, [draft(1), { type: "run.completed", payload: { durationMs: 1 } }]);
  await readAll((await openStream(`${url}/v1/${run}/stream?access_token=secret`)).blocks);
  await expect.poll(() => log.map(({ msg }) => msg)).toContain("stream closed");
  expect(log.filter(({ msg }) => String(msg).startsWith("stream"))).toMatchObject([
    { msg: "stream opened", start: "start" },
    { msg: "stream closed", end: "complete", events: 2, bytes: expect.any(Number) as number },
  ]);
  expect(log.some(({ msg }) => msg === "request")).toBe(false);
  expect(JSON.stringify(log)).not.toContain("secret");
});

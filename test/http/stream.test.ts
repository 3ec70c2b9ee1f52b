import { afterAll, beforeAll, expect, test } from "vitest";
import { parseEnvelope } from "../../src/envelope/parse.js";
import type { Problem } from "../../src/wire/problem.js";
import { startGateway, type TestGateway } from "../fixtures/gateway.js";
import { append, connectTo, draft, getJson, newRun, post } from "./requests.js";
import {
  eventsOf,
  frameOf,
  indicesOf,
  isControl,
  openStream,
  readAll,
  readUntil,
} from "./sse-reader.js";

let served: TestGateway;
beforeAll(async () => {
  served = await startGateway();
});
afterAll(() => served.stop());

const addressOf = (path: string, query = "") => `${served.url}/v1/${path}/stream${query}`;
const upTo = (n: number, from = 1) => Array.from({ length: n - from + 1 }, (_, i) => from + i);
const drafts = (n: number, from = 1) => upTo(n, from).map((i) => draft(i));
const completed = { type: "run.completed", payload: { durationMs: 5 } };
const epoch = () => served.gateway.log.epoch;

test("opens with the headers of an event stream, and a time to wait before reconnecting", async () => {
  const origin = "http://localhost:3000";
  const stream = await openStream(addressOf(newRun()), { origin });
  expect(stream.status).toBe(200);
  expect(stream.headers).toMatchObject({
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-cache, no-transform",
    "x-accel-buffering": "no",
    "x-content-type-options": "nosniff",
    "access-control-allow-origin": origin,
    "x-request-id": expect.any(String) as string,
  });
  expect(stream.headers["transfer-encoding"]).toBeUndefined();
  const { value } = await stream.arrivals.next();
  expect(value).toMatchObject({ kind: "retry" });
  const ms = value?.kind === "retry" ? value.ms : 0;
  expect(ms).toBeGreaterThanOrEqual(1000);
  expect(ms).toBeLessThanOrEqual(4000);
  stream.leave();
});

test("waits for a run that has not begun, from its first event on", async () => {
  const run = newRun();
  const stream = await openStream(addressOf(run));
  const opened = await readUntil(stream.blocks, isControl("caught-up"));
  expect(frameOf(opened, "open")).toMatchObject({
    scope: run,
    cursor: `0.${epoch()}`,
    epoch: epoch(),
  });
  const [stored] = await append(served.url, `${run}/jobs/j`, [draft(1)]);
  const { value } = await stream.blocks.next();
  expect(value).toMatchObject({ event: "deploy.step", id: stored?.cursor });
  expect(parseEnvelope(Buffer.from(value?.data ?? ""))).toMatchObject({ hash: stored?.hash });
  stream.leave();
});

test("delivers 100 events that are published at once in their order", async () => {
  const run = newRun();
  const stream = await openStream(addressOf(run));
  await readUntil(stream.blocks, isControl("caught-up"));
  const results = await Promise.all(
    drafts(100).map((each) => post(`${served.url}/v1/${run}/events`, each)),
  );
  expect(results.every(({ status }) => status === 201)).toBe(true);
  const blocks = await readUntil(stream.blocks, ({ data }) => data.includes('"index":100,'));
  expect(indicesOf(blocks)).toEqual(upTo(100));
  const sequences = blocks.map(({ id = "" }) => Number(id.split(".")[0]));
  expect(sequences).toEqual([...sequences].sort((a, b) => a - b));
  stream.leave();
});

test("delivers what is stored, then what happens, without a seam", async () => {
  const run = newRun();
  await append(served.url, run, drafts(50));
  const appending = (async () => {
    for (let i = 51; i <= 150; i++) await append(served.url, run, [draft(i)]);
  })();
  const streams = await Promise.all(Array.from({ length: 10 }, () => openStream(addressOf(run))));
  for (const stream of streams) {
    const blocks = await readUntil(stream.blocks, ({ data }) => data.includes('"index":150,'));
    expect(indicesOf(blocks)).toEqual(upTo(150));
    stream.leave();
  }
  await appending;
});

test("ends with the run, after everything below it", async () => {
  const run = newRun();
  await append(served.url, `${run}/jobs/j`, drafts(3));
  const results = await append(served.url, run, [...drafts(2), completed]);
  const stream = await openStream(addressOf(run));
  const blocks = await readAll(stream.blocks);
  expect(eventsOf(blocks)).toHaveLength(6);
  expect(blocks.slice(-2).map(({ event }) => event)).toEqual(["stream.caught-up", "stream.end"]);
  const last = results.at(-1);
  expect(frameOf(blocks, "end")).toMatchObject({
    sequence: last?.sequence,
    count: 3,
    headHash: last?.hash,
    status: "completed",
  });
});

test("answers 204 to a reader that has all of a run that has ended", async () => {
  const run = newRun();
  await append(served.url, run, [...drafts(2), completed]);
  const blocks = await readAll((await openStream(addressOf(run))).blocks);
  const id = blocks.at(-1)?.id ?? "";
  const origin = "http://localhost:3000";
  const again = await openStream(addressOf(run), { "last-event-id": id, origin });
  expect(again.status).toBe(204);
  expect(again.headers["access-control-allow-origin"]).toBe(origin);
  const stillWaiting = await openStream(addressOf(run), {
    "last-event-id": eventsOf(blocks)[0]?.id ?? "",
  });
  expect(stillWaiting.status).toBe(200);
  expect(indicesOf(await readAll(stillWaiting.blocks))).toEqual([2, 3]);
});

test("leaves event names out for onmessage", async () => {
  const run = newRun();
  await append(served.url, run, [draft(1), completed]);
  const blocks = await readAll((await openStream(addressOf(run, "?as=message"))).blocks);
  expect(blocks.map(({ event }) => event)).toEqual([
    "stream.open",
    undefined,
    undefined,
    "stream.caught-up",
    "stream.end",
  ]);
});

test("sends the state of the run with snapshot=1, and goes on from there with from=now", async () => {
  const run = newRun();
  await append(served.url, run, [
    { type: "run.started", payload: { workflowId: "w" } },
    ...drafts(3),
  ]);
  const stream = await openStream(addressOf(run, "?snapshot=1&from=now"));
  const opened = await readUntil(stream.blocks, isControl("caught-up"));
  expect(opened).toHaveLength(2);
  expect(frameOf(opened, "open")).toMatchObject({
    snapshot: { state: { status: "running", events: 4 } },
  });
  await append(served.url, run, [draft(4)]);
  const { value } = await stream.blocks.next();
  expect(indicesOf(value ? [value] : [])).toEqual([5]);
  stream.leave();
});

test.each([
  ["?from=start", upTo(10)],
  ["?from=now", []],
  ["?last=3", upTo(10, 8)],
  ["?last=1000", upTo(10)],
])("starts with %s where it says", async (query, expected) => {
  const run = newRun();
  await append(served.url, run, drafts(10));
  const stream = await openStream(addressOf(run, query));
  expect(indicesOf(await readUntil(stream.blocks, isControl("caught-up")))).toEqual(expected);
  stream.leave();
});

test("starts at a sequence, after a cursor, and ends at a sequence", async () => {
  const run = newRun();
  const stored = await append(served.url, run, drafts(10));
  const at = (i: number) => stored[i - 1]?.sequence ?? 0;
  for (const [query, expected] of [
    [`?from=${at(4)}&to=${at(6)}`, [4, 5, 6]],
    [`?after=${stored[3]?.cursor ?? ""}&to=${at(6)}`, [5, 6]],
    [`?after=${at(4)}&to=${at(6)}`, [5, 6]],
    [`?lastEventId=${at(8)}&after=${at(2)}&to=${at(9)}`, [9]],
  ] as const) {
    const blocks = await readAll((await openStream(addressOf(run, query))).blocks);
    expect(indicesOf(blocks)).toEqual(expected);
  }
  const past = await openStream(addressOf(run, `?to=${at(6)}`), { "last-event-id": `${at(6)}` });
  expect(past.status).toBe(204);
});

test("resumes by Last-Event-ID, which wins over everything in the URL", async () => {
  const run = newRun();
  const stored = await append(served.url, run, drafts(10));
  const stream = await openStream(addressOf(run, "?from=start&after=1&lastEventId=2"), {
    "last-event-id": stored[6]?.cursor ?? "",
  });
  const blocks = await readUntil(stream.blocks, isControl("caught-up"));
  expect(indicesOf(blocks)).toEqual([8, 9, 10]);
  expect(frameOf(blocks, "open")).toMatchObject({ cursor: stored[6]?.cursor });
  stream.leave();
});

test("follows the whole tenant", async () => {
  const stream = await openStream(`${served.url}/v1/stream?from=now`);
  await readUntil(stream.blocks, isControl("caught-up"));
  const [one, two] = [newRun(), newRun()];
  await append(served.url, one, [draft(1)]);
  await append(served.url, two, [completed]);
  const blocks = await readUntil(stream.blocks, ({ event }) => event === "run.completed");
  expect(blocks.map(({ data }) => (JSON.parse(data) as { scope: string }).scope)).toEqual([
    one,
    two,
  ]);
  stream.leave();
});

test.each([
  ["?after=nonsense", "bad-cursor", "/query/after"],
  ["?lastEventId=1.x.y", "bad-cursor", "/query/lastEventId"],
  ["?from=yesterday", "bad-parameter", "/query/from"],
  ["?last=0", "bad-parameter", "/query/last"],
  ["?last=1001", "bad-parameter", "/query/last"],
  ["?to=0", "bad-parameter", "/query/to"],
  ["?as=xml", "bad-parameter", "/query/as"],
  ["?snapshot=maybe", "bad-parameter", "/query/snapshot"],
  ["?after=1&from=2", "bad-parameter", "/query/from"],
])("refuses %s with %s", async (query, code, pointer) => {
  const { status, body } = await getJson<Problem>(addressOf(newRun(), query));
  expect({ status, code: body.code, pointer: body.pointer }).toEqual({
    status: 400,
    code,
    pointer,
  });
});

test("refuses a malformed Last-Event-ID", async () => {
  for (const id of ["x", "-1", "1".repeat(30), "1.2.3", "1;drop"]) {
    const { status, body } = await getJson<Problem>(addressOf(newRun()), { "last-event-id": id });
    expect({ id, status, code: body.code }).toEqual({ id, status: 400, code: "bad-cursor" });
  }
});

test("refuses a cursor ahead of the log, but tells an EventSource of it and goes on live", async () => {
  const run = newRun();
  const [stored] = await append(served.url, run, [draft(1)]);
  const ahead = `${(stored?.sequence ?? 0) + 1_000_000}.${epoch()}`;
  const refused = await getJson<Problem>(addressOf(run, `?after=${ahead}`));
  expect(refused).toMatchObject({ status: 400, body: { code: "cursor-ahead" } });

  const stream = await openStream(addressOf(run), { "last-event-id": ahead });
  const blocks = await readUntil(stream.blocks, isControl("caught-up"));
  expect(frameOf(blocks, "gap")).toMatchObject({ reason: "ahead", requested: ahead });
  expect(eventsOf(blocks)).toEqual([]);
  await append(served.url, run, [draft(2)]);
  const { value } = await stream.blocks.next();
  expect(indicesOf(value ? [value] : [])).toEqual([2]);
  stream.leave();
});

test("tells a reader from another epoch that it starts anew", async () => {
  const run = newRun();
  await append(served.url, run, drafts(3));
  const stream = await openStream(addressOf(run), { "last-event-id": "2.zzzzzz" });
  const blocks = await readUntil(stream.blocks, isControl("caught-up"));
  expect(frameOf(blocks, "gap")).toMatchObject({ reason: "epoch", requested: "2.zzzzzz" });
  expect(indicesOf(blocks)).toEqual([1, 2, 3]);
  stream.leave();
});

test("answers HEAD without opening a stream, and other methods with 405", async () => {
  const head = await fetch(addressOf(newRun()), { method: "HEAD" });
  expect(head.status).toBe(200);
  expect(head.headers.get("content-type")).toContain("text/event-stream");
  expect((await fetch(addressOf(newRun()), { method: "POST", body: "x" })).status).toBe(405);
  await expect.poll(() => served.http.stats.streams).toBe(0);
});

test("can be read with fetch", async () => {
  const run = newRun();
  await append(served.url, run, [...drafts(1000)]);
  await append(served.url, run, [completed]);
  const text = await (await fetch(addressOf(run))).text();
  expect(text.match(/^id: /gm)).toHaveLength(1001 + 3);
  expect(text.endsWith("\n\n")).toBe(true);
});

test("can be read over HTTP/1.0, as some proxies do", async () => {
  const run = newRun();
  await append(served.url, run, [completed]);
  const socket = await connectTo(served.url);
  socket.write(`GET /v1/${run}/stream HTTP/1.0\r\n\r\n`);
  let text = "";
  for await (const piece of socket) text += String(piece);
  expect(text).toContain("event: stream.end");
});

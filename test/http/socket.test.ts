import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { startGateway, type TestGateway } from "../fixtures/gateway.js";
import { append, draft, newRun, post } from "./requests.js";
import { eventsIn, envelopesIn, indicesIn, isTold, openSocket, times } from "./socket-client.js";
import { eventsOf, isControl, openStream, readUntil } from "./sse-reader.js";

let served: TestGateway;
beforeAll(async () => {
  served = await startGateway();
});
afterAll(() => served.stop());

const upTo = (n: number, from = 1) => Array.from({ length: n - from + 1 }, (_, i) => from + i);
const drafts = (n: number, from = 1) => upTo(n, from).map((i) => draft(i));
const completed = { type: "run.completed", payload: { durationMs: 5 } };
const epoch = () => served.gateway.log.epoch;

test("waits for a run that has not begun, from its first event on", async () => {
  const run = newRun();
  const { say, messages, ws } = await openSocket(served.url);
  expect(ws.protocol).toBe("runtrail.v1");
  expect(ws.extensions).toBe("");
  say({ op: "subscribe", sub: "a", scope: run });
  const [opened, ...rest] = await readUntil(messages, isTold("caught-up", "a"));
  expect(opened).toMatchObject({
    op: "open",
    sub: "a",
    scope: run,
    cursor: `0.${epoch()}`,
    epoch: epoch(),
  });
  expect(rest).toHaveLength(1);
  const [stored] = await append(served.url, `${run}/jobs/j`, [draft(1)]);
  const { value } = await messages.next();
  expect(value).toMatchObject({
    op: "events",
    sub: "a",
    events: [{ cursor: stored?.cursor, event: { hash: stored?.hash } }],
  });
  ws.close();
});

test("delivers 100 events that are published at once in their order", async () => {
  const run = newRun();
  const { say, messages, ws } = await openSocket(served.url);
  say({ op: "subscribe", sub: "a", scope: run });
  await readUntil(messages, isTold("caught-up"));
  await Promise.all(drafts(100).map((each) => post(`${served.url}/v1/${run}/events`, each)));
  const found = await readUntil(messages, ({ text }) => text.includes('"index":100,'));
  expect(indicesIn(found)).toEqual(upTo(100));
  const sequences = eventsIn(found).map(({ cursor }) => Number(cursor.split(".")[0]));
  expect(sequences).toEqual([...sequences].sort((a, b) => a - b));
  ws.close();
});

test("carries events as they are stored, byte for byte those of a stream and of an export", async () => {
  const run = newRun();
  const odd = { text: 'a "quoted" line\n\u2028 ünï→\u{1f600} {"cursor":"1.x","event":', big: 1e21 };
  await append(served.url, run, [
    ...drafts(500),
    draft(501, { payload: odd }),
    draft(502, { payload: { text: "é".repeat(200_000) } }),
    completed,
  ]);
  const { say, messages, ws } = await openSocket(served.url);
  say({ op: "subscribe", sub: "a", scope: run });
  const told = await readUntil(messages, isTold("end"));
  ws.close();
  const stream = await openStream(`${served.url}/v1/${run}/stream`);
  const blocks = eventsOf(await readUntil(stream.blocks, isControl("end")));
  const exported = await fetch(`${served.url}/v1/${run}/events`, {
    headers: { accept: "application/x-ndjson" },
  });
  const lines = (await exported.text()).trim().split("\n");
  expect(blocks).toHaveLength(503);
  // The text of the 501st holds what would end an envelope, so it is compared whole.
  const whole = told
    .filter(isTold("events"))
    .map(({ text }) => text.slice('{"op":"events","sub":"a","events":['.length, -"]}".length))
    .join(",");
  expect(whole).toBe(
    blocks.map(({ id, data }) => `{"cursor":"${id ?? ""}","event":${data}}`).join(","),
  );
  const event = (line: string) => line.slice(line.indexOf('"event":') + 8, -1);
  expect(lines.map(event)).toEqual(blocks.map(({ data }) => data));
});

test("shares what is the same for all subscribers, whatever they call it", async () => {
  const run = newRun();
  const names = ["a", "__proto__", " ", '"\\"', "x".repeat(64)];
  const { say, messages, ws } = await openSocket(served.url);
  for (const sub of names) say({ op: "subscribe", sub, scope: run });
  await readUntil(messages, times(names.length, isTold("caught-up")));
  await append(served.url, run, drafts(3));
  const heard = new Map<string, string[]>(names.map((sub) => [sub, []]));
  await readUntil(messages, (message) => {
    heard.get(message.sub ?? "")?.push(...envelopesIn([message]));
    return [...heard.values()].every(({ length }) => length === 3);
  });
  expect(new Set([...heard.values()].map((texts) => texts.join("\n"))).size).toBe(1);
  ws.close();
});

test("goes on by cursor on another socket when one is cut", async () => {
  const run = newRun();
  await append(served.url, run, drafts(200));
  const indices: number[] = [];
  let after: string | undefined;
  const appending = (async () => {
    for (let i = 201; i <= 260; i++) await append(served.url, run, [draft(i)]);
    await append(served.url, run, [completed]);
  })();
  while (indices.length < 261) {
    const { say, messages, ws } = await openSocket(served.url);
    say({ op: "subscribe", sub: "a", scope: run, ...(after !== undefined && { after }) });
    const told = await readUntil(
      messages,
      times(3, () => true),
    );
    indices.push(...indicesIn(told));
    after = eventsIn(told).at(-1)?.cursor ?? after;
    ws.terminate();
  }
  await appending;
  expect(indices).toEqual(upTo(261));
});

test("keeps the order of each of two subscriptions, and of a timeline and the scope above it", async () => {
  const [one, two] = [newRun(), newRun()];
  const { say, messages, ws } = await openSocket(served.url);
  say({ op: "subscribe", sub: "one", scope: one });
  say({ op: "subscribe", sub: "two", scope: two });
  say({ op: "subscribe", sub: "all", scope: "", from: "now" });
  await readUntil(messages, times(3, isTold("caught-up")));
  for (let i = 1; i <= 50; i++) {
    await Promise.all([one, two].map((run) => append(served.url, run, [draft(i)])));
  }
  let left = 4 * 50;
  const found = await readUntil(messages, ({ events = [] }) => (left -= events.length) === 0);
  expect(indicesIn(found, "one")).toEqual(upTo(50));
  expect(indicesIn(found, "two")).toEqual(upTo(50));
  const all = eventsIn(found, "all").map(({ cursor }) => Number(cursor.split(".")[0]));
  expect(all).toHaveLength(100);
  expect(all).toEqual([...all].sort((a, b) => a - b));
  ws.close();
});

test("ends with the run, and its name is free again", async () => {
  const run = newRun();
  const stored = await append(served.url, run, [...drafts(2), completed]);
  const { say, messages, ws } = await openSocket(served.url);
  for (let i = 0; i < 3; i++) {
    say({ op: "subscribe", sub: "a", scope: run });
    const told = await readUntil(messages, isTold("end"));
    expect(told.map(({ op }) => op)).toEqual(["open", "events", "caught-up", "end"]);
    expect(told.at(-1)).toMatchObject({
      sub: "a",
      sequence: stored[2]?.sequence,
      count: 3,
      headHash: stored[2]?.hash,
      status: "completed",
    });
  }
  await expect.poll(() => served.http.stats.streams).toBe(0);
  ws.close();
});

test("tells a client that has all of a run that has ended that there is nothing to come", async () => {
  const run = newRun();
  const stored = await append(served.url, run, [...drafts(2), completed]);
  const { say, messages, ws } = await openSocket(served.url);
  say({ op: "subscribe", sub: "a", scope: run, after: stored[2]?.cursor });
  const { value } = await messages.next();
  expect(value).toMatchObject({ op: "unsubscribed", sub: "a", reason: "complete" });
  ws.close();
});

test("ends where it is told to", async () => {
  const run = newRun();
  const stored = await append(served.url, run, drafts(10));
  const at = (i: number) => stored[i - 1]?.sequence ?? 0;
  const { say, messages, ws } = await openSocket(served.url);
  say({ op: "subscribe", sub: "a", scope: run, from: at(4), to: at(6) });
  const told = await readUntil(messages, isTold("unsubscribed"));
  expect(indicesIn(told)).toEqual([4, 5, 6]);
  expect(told.slice(-2)).toMatchObject([
    { op: "checkpoint", cursor: stored[5]?.cursor },
    { op: "unsubscribed", sub: "a", reason: "complete" },
  ]);
  say({ op: "subscribe", sub: "a", scope: run, after: stored[6]?.cursor, to: at(6) });
  expect((await messages.next()).value).toMatchObject({ op: "unsubscribed", reason: "complete" });
  ws.close();
});

test.each([
  [{ from: "start" }, upTo(10)],
  [{ from: 0 }, upTo(10)],
  [{ from: "now" }, []],
  [{ last: 3 }, upTo(10, 8)],
])("starts with %j where it says", async (start, expected) => {
  const run = newRun();
  await append(served.url, run, drafts(10));
  const { say, messages, ws } = await openSocket(served.url);
  say({ op: "subscribe", sub: "a", scope: run, ...start });
  expect(indicesIn(await readUntil(messages, isTold("caught-up")))).toEqual(expected);
  ws.close();
});

test("says nothing of a subscription after it has been taken back", async () => {
  const run = newRun();
  await append(served.url, run, drafts(1000));
  const { say, messages, ws } = await openSocket(served.url);
  for (let i = 0; i < 20; i++) {
    say({ op: "subscribe", sub: "a", scope: run });
    say({ op: "unsubscribe", sub: "a" });
  }
  say({ op: "subscribe", sub: "a", scope: run });
  const told = await readUntil(messages, times(20, isTold("unsubscribed")));
  expect(told.filter(isTold("unsubscribed")).map(({ reason }) => reason)).toEqual(
    upTo(20).map(() => "asked"),
  );
  expect(indicesIn(await readUntil(messages, isTold("caught-up")))).toEqual(upTo(1000));
  ws.close();
});

test("sends the state of the run, and goes on from there", async () => {
  const run = newRun();
  const started = { type: "run.started", payload: { workflowId: "w" } };
  await append(served.url, run, [started, ...drafts(3)]);
  const { say, messages, ws } = await openSocket(served.url);
  say({ op: "subscribe", sub: "a", scope: run, from: "now", snapshot: true });
  const [opened] = await readUntil(messages, isTold("caught-up"));
  expect(opened).toMatchObject({ snapshot: { state: { status: "running", events: 4 } } });
  ws.close();
});

test("tells a client from another epoch that it starts anew", async () => {
  const run = newRun();
  await append(served.url, run, drafts(3));
  const { say, messages, ws } = await openSocket(served.url);
  say({ op: "subscribe", sub: "a", scope: run, after: "2.zzzzzz" });
  const told = await readUntil(messages, isTold("caught-up"));
  expect(told[1]).toMatchObject({ op: "gap", sub: "a", reason: "epoch", requested: "2.zzzzzz" });
  expect(indicesIn(told)).toEqual([1, 2, 3]);
  ws.close();
});

test("asks the coordinator for correlations and with filters as they are meant", async () => {
  const open = vi
    .spyOn(served.gateway.coordinator, "open")
    .mockImplementation(() => Promise.resolve({ outcome: "ended" }));
  const { say, messages, ws } = await openSocket(served.url);
  say({
    op: "subscribe",
    sub: "a",
    scope: "correlations/order/7*",
    filter: {
      type: ["job.*", "run.failed"],
      level: "warning",
      category: "business",
      milestone: true,
    },
  });
  await messages.next();
  say({ op: "subscribe", sub: "a", scope: "", filter: { type: "a.b, c.*", correlationId: "x" } });
  await messages.next();
  say({ op: "subscribe", sub: "a", scope: "", filter: { milestone: false } });
  await messages.next();
  const asked = open.mock.calls.map(([{ path, filter }]) => ({ path, filter }));
  open.mockRestore();
  expect(asked).toEqual([
    {
      path: "correlations/order/7*",
      filter: {
        type: ["job.*", "run.failed"],
        level: "warning",
        category: "business",
        milestone: true,
      },
    },
    { path: "", filter: { type: ["a.b", "c.*"], correlationId: "x" } },
    { path: "", filter: undefined },
  ]);
  ws.close();
});

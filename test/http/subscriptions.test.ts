import { afterAll, beforeAll, expect, test } from "vitest";
import type { SubscriptionState } from "../../src/wire/subscription.js";
import type { Problem } from "../../src/wire/problem.js";
import { startGateway, type TestGateway } from "../fixtures/gateway.js";
import { append, draft, getJson, newRun } from "./requests.js";
import { frameOf, indicesOf, isControl, readAll, readUntil, type Block } from "./sse-reader.js";
import { ack, history, leave, newName, openDurable, stateOf } from "./subscriptions.js";

let served: TestGateway;
let url: string;
beforeAll(async () => {
  served = await startGateway({
    subscriptions: { maxPerTenant: 100, maxAckPending: 10, idleMs: 60_000 },
  });
  url = served.url;
});
afterAll(() => served.stop());

const drafts = (count: number) => Array.from({ length: count }, (_, i) => draft(i));

/** A run of five events, and a subscription whose reader has had all and acknowledged two. */
async function halfRead() {
  const run = newRun();
  const name = newName();
  const stored = await append(url, run, drafts(5));
  const reader = await openDurable(url, run, name);
  expect(indicesOf(await history(reader))).toEqual([1, 2, 3, 4, 5]);
  await ack(url, name, stored[1]?.cursor);
  return { run, name, stored, reader };
}

test("resumes after the last acknowledgement, and says what comes again", async () => {
  const { run, name, stored, reader } = await halfRead();
  await leave(url, name, reader);
  await append(url, run, drafts(1));

  const again = await openDurable(url, run, name);
  const blocks = await history(again);
  expect(frameOf(blocks, "open")).toMatchObject({
    cursor: stored[1]?.cursor,
    redeliveredThrough: stored[4]?.cursor,
  });
  expect(indicesOf(blocks)).toEqual([3, 4, 5, 6]);
  again.leave();
});

test("says nothing of coming again when everything was acknowledged", async () => {
  const { run, name, stored, reader } = await halfRead();
  await ack(url, name, stored[4]?.cursor);
  await leave(url, name, reader);
  const again = await openDurable(url, run, name);
  const blocks = await history(again);
  expect(indicesOf(blocks)).toEqual([]);
  expect(frameOf(blocks, "open")).not.toHaveProperty("redeliveredThrough");
  again.leave();
});

test("remembers what has been sent through readers that come and go without taking it", async () => {
  const { run, name, stored, reader } = await halfRead();
  await leave(url, name, reader);
  for (let i = 0; i < 2; i++) {
    const hasty = await openDurable(url, run, name);
    await readUntil(hasty.blocks, isControl("open"));
    await leave(url, name, hasty);
  }
  const again = await openDurable(url, run, name);
  const blocks = await history(again);
  expect(frameOf(blocks, "open")).toMatchObject({ redeliveredThrough: stored[4]?.cursor });
  again.leave();
});

test("goes on live, in order, and once", async () => {
  const { run, name, reader } = await halfRead();
  await append(url, run, drafts(3));
  const blocks = await readUntil(reader.blocks, ({ data }) => data.includes('"index":8,'));
  expect(indicesOf(blocks)).toEqual([6, 7, 8]);
  await leave(url, name, reader);
});

test("an EventSource that reconnects does not skip what it has not acknowledged", async () => {
  const { run, name, stored, reader } = await halfRead();
  await leave(url, name, reader);
  const again = await openDurable(url, run, name, `&after=${stored[0]?.cursor ?? ""}`, {
    "last-event-id": stored[4]?.cursor ?? "",
  });
  expect(indicesOf(await history(again))).toEqual([3, 4, 5]);
  again.leave();
});

test("a cursor in the URL rewinds", async () => {
  const { run, name, stored, reader } = await halfRead();
  await ack(url, name, stored[4]?.cursor);
  await leave(url, name, reader);
  const rewound = await openDurable(url, run, name, `&after=${stored[0]?.cursor ?? ""}`);
  const blocks = await history(rewound);
  expect(indicesOf(blocks)).toEqual([2, 3, 4, 5]);
  expect(frameOf(blocks, "open")).toMatchObject({ redeliveredThrough: stored[4]?.cursor });
  await leave(url, name, rewound);
  const byNumber = await openDurable(url, run, name, `&from=${stored[3]?.sequence ?? 0}`);
  expect(indicesOf(await history(byNumber))).toEqual([4, 5]);
  byNumber.leave();
});

test("from=now is where a new subscription starts, and does not move one that is there", async () => {
  const run = newRun();
  const name = newName();
  await append(url, run, drafts(2));
  const first = await openDurable(url, run, name, "&from=now");
  expect(indicesOf(await history(first))).toEqual([]);
  await append(url, run, drafts(1));
  await readUntil(first.blocks, ({ data }) => data.includes('"index":3,'));
  await leave(url, name, first);
  const again = await openDurable(url, run, name, "&from=now");
  expect(indicesOf(await history(again))).toEqual([3]);
  again.leave();
});

test("tells a second reader that there is one, so that an EventSource comes back", async () => {
  const { run, name, reader } = await halfRead();
  const second = await openDurable(url, run, name);
  expect(second.status).toBe(200);
  const arrivals = await readAll(second.arrivals);
  expect(arrivals[0]).toEqual({ kind: "retry", ms: 5000 });
  const blocks = arrivals.filter((arrival): arrival is Block => arrival.kind === "block");
  expect(frameOf(blocks, "error")).toMatchObject({
    problem: { code: "subscription-busy", status: 409 },
    retryable: true,
    retryAfterMs: 5000,
  });
  await append(url, run, drafts(1));
  await readUntil(reader.blocks, ({ data }) => data.includes('"index":6,'));
  await leave(url, name, reader);
});

test("lets one of several in that come at the same moment", async () => {
  const run = newRun();
  const name = newName();
  await append(url, run, drafts(3));
  const readers = await Promise.all(Array.from({ length: 5 }, () => openDurable(url, run, name)));
  const firsts = await Promise.all(
    readers.map(async ({ blocks }) => (await blocks.next()).value?.event),
  );
  expect(firsts.filter((event) => event === "stream.open")).toHaveLength(1);
  for (const reader of readers) reader.leave();
});

test("refuses to be one of another scope", async () => {
  const { name, reader } = await halfRead();
  await leave(url, name, reader);
  const { status, body } = await getJson<Problem>(`${url}/v1/${newRun()}/stream?durable=${name}`);
  expect(status).toBe(409);
  expect(body).toMatchObject({ code: "subscription-scope" });
});

test("sends a reader that acknowledges nothing no more than the bound, and goes on when it does", async () => {
  const run = newRun();
  const name = newName();
  const stored = await append(url, run, drafts(25));
  const reader = await openDurable(url, run, name);
  const first = await readUntil(reader.blocks, ({ data }) => data.includes('"index":10,'));
  expect(indicesOf(first)).toHaveLength(10);
  expect(await stateOf(url, name)).toMatchObject({ pendingAcks: 10, lag: 25 });
  await ack(url, name, stored[9]?.cursor);
  const second = await readUntil(reader.blocks, ({ data }) => data.includes('"index":20,'));
  expect(indicesOf(second)).toEqual([11, 12, 13, 14, 15, 16, 17, 18, 19, 20]);
  await ack(url, name, stored[19]?.cursor);
  expect(indicesOf(await history(reader))).toEqual([21, 22, 23, 24, 25]);
  reader.leave();
});

test("acknowledges without a reader", async () => {
  const { run, name, stored, reader } = await halfRead();
  await leave(url, name, reader);
  const { status, body } = await ack(url, name, stored[3]?.cursor);
  expect(status).toBe(200);
  expect(body).toMatchObject({ ackedCursor: stored[3]?.cursor, lag: 1, isActive: false });
  const again = await openDurable(url, run, name);
  const blocks = await history(again);
  expect(indicesOf(blocks)).toEqual([5]);
  expect(frameOf(blocks, "open")).toMatchObject({ redeliveredThrough: stored[4]?.cursor });
  again.leave();
});

test("acknowledges nothing that has not been sent", async () => {
  const { run, name, stored, reader } = await halfRead();
  await leave(url, name, reader);
  const [later] = await append(url, run, drafts(1));
  const { body } = await ack(url, name, later?.cursor);
  expect(body.ackedCursor).toBe(stored[4]?.cursor);
  expect(body.lag).toBe(1);
});

test("an older acknowledgement moves nothing back", async () => {
  const { name, stored, reader } = await halfRead();
  await ack(url, name, stored[3]?.cursor);
  const { body } = await ack(url, name, stored[0]?.cursor);
  expect(body.ackedCursor).toBe(stored[3]?.cursor);
  await leave(url, name, reader);
  expect((await ack(url, name, stored[0]?.cursor)).body.ackedCursor).toBe(stored[3]?.cursor);
});

test("ends with the scope, comes again until it is acknowledged, and is 204 then", async () => {
  const run = newRun();
  const name = newName();
  const stored = await append(url, run, [
    draft(1),
    { type: "run.completed", payload: { durationMs: 5 } },
  ]);
  for (let i = 0; i < 2; i++) {
    const reader = await openDurable(url, run, name);
    const blocks = await readAll(reader.blocks);
    expect(indicesOf(blocks)).toEqual([1, 2]);
    expect(frameOf(blocks, "end")).toMatchObject({ count: 2, status: "completed" });
  }
  await ack(url, name, stored[1]?.cursor);
  expect((await openDurable(url, run, name)).status).toBe(204);
});

test("lists subscriptions with their lag, and one of them", async () => {
  const { run, name, stored, reader } = await halfRead();
  const { body } = await getJson<{ subscriptions: SubscriptionState[]; limit: number }>(
    `${url}/v1/subscriptions`,
  );
  const listed = body.subscriptions.find((subscription) => subscription.name === name);
  expect(listed).toEqual({
    name,
    scope: run,
    ackedCursor: stored[1]?.cursor,
    deliveredCursor: stored[4]?.cursor,
    lag: 3,
    pendingAcks: 3,
    isActive: true,
    createdAt: expect.stringMatching(/^\d{4}-/) as string,
  });
  expect(body.limit).toBe(100);
  expect(await stateOf(url, name)).toEqual(listed);
  await leave(url, name, reader);
});

test("deletes a subscription and tells its reader", async () => {
  const { run, name, reader } = await halfRead();
  const address = `${url}/v1/subscriptions/${name}`;
  expect((await fetch(address, { method: "DELETE" })).status).toBe(204);
  expect(frameOf(await readAll(reader.blocks), "error")).toMatchObject({
    problem: { code: "not-found" },
  });
  expect((await fetch(address, { method: "DELETE" })).status).toBe(404);
  expect((await getJson(address)).status).toBe(404);
  expect((await ack(url, name, "1")).status).toBe(404);
  const anew = await openDurable(url, run, name);
  expect(indicesOf(await history(anew))).toEqual([1, 2, 3, 4, 5]);
  anew.leave();
});

test("tells what was trimmed before it was acknowledged, and goes on behind it", async () => {
  const { run, name, stored, reader } = await halfRead();
  await leave(url, name, reader);
  const { jsm, stream } = served.gateway.log;
  await jsm.streams.purge(stream, { seq: stored[4]?.sequence ?? 0 });
  const again = await openDurable(url, run, name);
  const blocks = await history(again);
  expect(frameOf(blocks, "gap")).toMatchObject({
    reason: "retention",
    requested: stored[1]?.cursor,
    firstAvailable: stored[4]?.sequence,
    lost: [{ scope: run, toIndex: 4 }],
  });
  expect(indicesOf(blocks)).toEqual([5]);
  await ack(url, name, stored[4]?.cursor);
  await leave(url, name, again);

  const rewound = await openDurable(url, run, name, `&after=${stored[2]?.cursor ?? ""}`);
  const anew = await history(rewound);
  expect(frameOf(anew, "gap")).toMatchObject({ lost: [{ scope: run, toIndex: 4 }] });
  expect(indicesOf(anew)).toEqual([5]);
  rewound.leave();
});

test.each(["a.b", "a b", "a*", "", "x".repeat(65), "a/b", "ä"])(
  "refuses the name %j",
  async (name) => {
    const encoded = encodeURIComponent(name);
    const { status, body } = await getJson<Problem>(`${url}/v1/stream?durable=${encoded}`);
    expect(status).toBe(400);
    expect(body).toMatchObject({ code: "bad-parameter", pointer: "/query/durable" });
    if (name !== "") expect((await getJson(`${url}/v1/subscriptions/${encoded}`)).status).toBe(404);
  },
);

test("refuses cursors that it cannot acknowledge", async () => {
  const { name, reader } = await halfRead();
  const refused = async (cursor: unknown) => {
    const { status, body } = await ack(url, name, cursor);
    return [status, body.code, body.pointer];
  };
  expect(await refused("-1")).toEqual([400, "bad-cursor", "/cursor"]);
  expect(await refused("1.zzzzzz")).toEqual([400, "bad-cursor", "/cursor"]);
  expect(await refused("999999999")).toEqual([400, "cursor-ahead", "/cursor"]);
  expect(await refused(7)).toEqual([400, "bad-request", "/cursor"]);
  expect(await refused(undefined)).toEqual([400, "bad-request", "/cursor"]);
  await leave(url, name, reader);
});

test.each(["to=5", "snapshot=1", "type=job.*", "level=warning", "correlationId=x"])(
  "does not go together with %s",
  async (parameter) => {
    const address = `${url}/v1/stream?durable=${newName()}&${parameter}`;
    const { status, body } = await getJson<Problem>(address);
    expect(status).toBe(400);
    expect(body).toMatchObject({ code: "bad-parameter" });
  },
);

import { afterAll, beforeAll, expect, test } from "vitest";
import { startGateway, type TestGateway } from "../fixtures/gateway.js";
import { append, draft, newRun } from "./requests.js";
import { indicesIn, isTold, openSocket, times } from "./socket-client.js";
import { readUntil } from "./sse-reader.js";

let served: TestGateway;
beforeAll(async () => {
  served = await startGateway();
});
afterAll(() => served.stop());

const subscribe = { op: "subscribe", sub: "a", scope: "runs/r" };

test.each([
  [[], "bad-request", "/op"],
  [null, "bad-request", "/op"],
  ["5", "bad-request", "/op"],
  ['"subscribe"', "bad-request", "/op"],
  [{}, "bad-request", "/op"],
  [{ op: "publish", sub: "a" }, "bad-request", "/op"],
  [{ op: "constructor", sub: "a" }, "bad-request", "/op"],
  [{ op: ["subscribe"] }, "bad-request", "/op"],
  ['{"__proto__":{"op":"subscribe","sub":"a","scope":"runs/r"}}', "bad-request", "/op"],
  [
    '{"op":"subscribe","sub":"a","scope":"runs/r","__proto__":{"x":1}}',
    "bad-parameter",
    "/__proto__",
  ],
  [{ ...subscribe, constructor: 1 }, "bad-parameter", "/constructor"],
  [{ ...subscribe, tail: 5 }, "bad-parameter", "/tail"],
  [{ ...subscribe, ["x".repeat(60_000)]: 5 }, "bad-parameter", ""],
  [{ op: "subscribe", scope: "runs/r" }, "bad-parameter", "/sub"],
  [{ ...subscribe, sub: "" }, "bad-parameter", "/sub"],
  [{ ...subscribe, sub: "ü" }, "bad-parameter", "/sub"],
  [{ ...subscribe, sub: "x".repeat(65) }, "bad-parameter", "/sub"],
  [{ ...subscribe, sub: 7 }, "bad-parameter", "/sub"],
  [{ op: "subscribe", sub: "a" }, "bad-parameter", "/scope"],
  [{ ...subscribe, scope: 7 }, "bad-parameter", "/scope"],
  [{ ...subscribe, scope: "run/r" }, "bad-scope", "/scope"],
  [{ ...subscribe, scope: "runs/r/" }, "bad-scope", "/scope"],
  [{ ...subscribe, scope: "runs/*" }, "bad-scope", "/scope"],
  [{ ...subscribe, scope: "/".repeat(60_000) }, "bad-scope", "/scope"],
  [{ ...subscribe, scope: "correlations/" }, "bad-scope", "/scope"],
  [{ ...subscribe, scope: "correlations/a b" }, "bad-scope", "/scope"],
  [{ ...subscribe, after: "nonsense" }, "bad-cursor", "/after"],
  [{ ...subscribe, after: "-1" }, "bad-cursor", "/after"],
  [{ ...subscribe, after: "1".repeat(30) }, "bad-cursor", "/after"],
  [{ ...subscribe, after: "1\u0000" }, "bad-cursor", "/after"],
  [{ ...subscribe, after: 5 }, "bad-parameter", "/after"],
  [{ ...subscribe, after: "999999999" }, "cursor-ahead", "/after"],
  [{ ...subscribe, from: 999_999_999 }, "cursor-ahead", "/from"],
  [{ ...subscribe, from: "yesterday" }, "bad-parameter", "/from"],
  [{ ...subscribe, from: -1 }, "bad-parameter", "/from"],
  [{ ...subscribe, from: 1.5 }, "bad-parameter", "/from"],
  [{ ...subscribe, from: 1e300 }, "bad-parameter", "/from"],
  [{ ...subscribe, last: 0 }, "bad-parameter", "/last"],
  [{ ...subscribe, last: 1001 }, "bad-parameter", "/last"],
  [{ ...subscribe, to: 0 }, "bad-parameter", "/to"],
  [{ ...subscribe, after: "1", from: 2 }, "bad-parameter", "/from"],
  [{ ...subscribe, from: 1, last: 2 }, "bad-parameter", "/last"],
  [{ ...subscribe, snapshot: "yes" }, "bad-parameter", "/snapshot"],
  [{ ...subscribe, filter: "job.*" }, "bad-parameter", "/filter"],
  [{ ...subscribe, filter: { kind: "job" } }, "bad-parameter", "/filter/kind"],
  [{ ...subscribe, filter: { type: "JOB" } }, "bad-parameter", "/filter/type"],
  [{ ...subscribe, filter: { type: [1] } }, "bad-parameter", "/filter/type/0"],
  [{ ...subscribe, filter: { level: "loud" } }, "bad-parameter", "/filter/level"],
  [{ ...subscribe, filter: { category: "other" } }, "bad-parameter", "/filter/category"],
  [{ ...subscribe, filter: { correlationId: "a b" } }, "bad-parameter", "/filter/correlationId"],
  [{ op: "unsubscribe" }, "bad-parameter", "/sub"],
  [{ op: "unsubscribe", sub: "b" }, "not-found", "/sub"],
  [{ op: "unsubscribe", sub: "__proto__" }, "not-found", "/sub"],
  [{ op: "ack", sub: "b", cursor: "1" }, "not-found", "/sub"],
  [{ op: "ack", sub: "b" }, "bad-parameter", "/cursor"],
  [{ op: "auth", token: "t" }, "bad-parameter", "/op"],
])("answers %j with %s and goes on", async (message, code, pointer) => {
  const { say, messages, ws } = await openSocket(served.url);
  say(message ?? "null");
  const { value } = await messages.next();
  expect(value).toMatchObject({ op: "error", retryable: false, problem: { code, pointer } });
  expect(value?.text.length).toBeLessThan(2000);
  const said = typeof message === "string" ? (JSON.parse(message) as unknown) : message;
  const { op, sub } = (said ?? {}) as { op?: unknown; sub?: unknown };
  const isName = typeof sub === "string" && /^[ -~]{1,64}$/.test(sub);
  expect(value?.sub).toBe(isName ? sub : undefined);
  if (code !== "bad-request") expect(value?.["about"]).toMatchObject(op ? { op } : {});
  say(subscribe);
  await readUntil(messages, isTold("caught-up", "a"));
  ws.close();
});

test("leaves a subscription alone whose name is asked for again, or that is spoken to wrongly", async () => {
  const run = newRun();
  const { say, messages, ws } = await openSocket(served.url);
  say({ ...subscribe, scope: run });
  await readUntil(messages, isTold("caught-up"));
  for (const message of [
    { ...subscribe, scope: newRun() },
    { ...subscribe, scope: "nowhere" },
    { op: "unsubscribe", sub: "a", now: true },
    { op: "ack", sub: "a", cursor: "1" },
    { op: "ack", sub: "a", cursor: "x" },
  ]) {
    say(message);
    const { value } = await messages.next();
    expect(value).toMatchObject({ op: "error", about: { op: message.op, sub: "a" } });
    expect(value).not.toHaveProperty("sub");
  }
  await append(served.url, run, [draft(1)]);
  expect(indicesIn(await readUntil(messages, isTold("events", "a")))).toEqual([1]);
  ws.close();
});

test.each([
  ["text that is not JSON", "{op:subscribe}", 4400],
  ["an empty message", "", 4400],
  ["binary data", Buffer.from('{"op":"unsubscribe","sub":"a"}'), 1003],
  ["a message that is too long", JSON.stringify({ op: "x".repeat(65 * 1024) }), 1009],
  ["text that is not UTF-8", undefined, 1007],
])("closes a socket on which comes %s", async (_, message, code) => {
  const { ws, closed } = await openSocket(served.url);
  if (message === undefined) ws.send(Buffer.from([0xff, 0xfe]), { binary: false });
  else ws.send(message);
  expect((await closed).code).toBe(code);
  await expect.poll(() => served.http.stats.sockets).toBe(0);
});

test("bears ten thousand subscribes at once, and nobody else notices", async () => {
  const run = newRun();
  const other = await openSocket(served.url);
  other.say({ ...subscribe, scope: run });
  await readUntil(other.messages, isTold("caught-up"));
  const { say, messages, closed } = await openSocket(served.url);
  for (let i = 0; i < 10_000; i++) say({ op: "subscribe", sub: `s${i}`, scope: "", from: "now" });
  const told = await readUntil(messages, () => false);
  expect((await closed).code).toBe(4429);
  for (const { problem } of told.filter(isTold("error"))) {
    expect(problem?.code).toBe("too-many-streams");
  }
  expect(told.filter(isTold("open")).length).toBeLessThanOrEqual(100);
  await append(served.url, run, [draft(1)]);
  expect(indicesIn(await readUntil(other.messages, isTold("events")))).toEqual([1]);
  await expect.poll(() => served.http.stats).toEqual({ streams: 1, sockets: 1 });
  other.ws.close();
});

test("gives a socket up that is flooded with pings", async () => {
  const { ws, closed } = await openSocket(served.url);
  for (let i = 0; i < 1000; i++) ws.ping();
  // 1006: cut off at once, because answers pile up.
  expect([4429, 1006]).toContain((await closed).code);
});

test("holds as many subscriptions as are allowed, and takes another one when one has gone", async () => {
  const { url } = await served.serve({ maxSubscriptionsPerSocket: 3 });
  const { say, messages, ws } = await openSocket(url);
  for (const sub of ["a", "b", "c"]) say({ ...subscribe, sub });
  await readUntil(messages, times(3, isTold("caught-up")));
  say({ ...subscribe, sub: "d" });
  expect((await messages.next()).value).toMatchObject({
    op: "error",
    sub: "d",
    problem: { code: "too-many-streams" },
  });
  say({ op: "unsubscribe", sub: "b" });
  say({ ...subscribe, sub: "d" });
  await readUntil(messages, isTold("caught-up", "d"));
  ws.close();
});

test("counts subscriptions among the streams that may be open", async () => {
  const { url, http } = await served.serve({ maxStreams: 2 });
  const { say, messages, ws } = await openSocket(url);
  for (const sub of ["a", "b"]) say({ ...subscribe, sub });
  await readUntil(messages, times(2, isTold("caught-up")));
  say({ ...subscribe, sub: "c" });
  expect((await messages.next()).value).toMatchObject({
    op: "error",
    sub: "c",
    problem: { code: "too-many-streams", retryAfterMs: 30_000 },
    retryable: true,
    retryAfterMs: 30_000,
  });
  ws.close();
  await expect.poll(() => http.stats).toEqual({ streams: 0, sockets: 0 });
});

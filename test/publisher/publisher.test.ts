import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseScope, subjectOf, type Scope } from "../../src/envelope/scope.js";
import type { Log } from "../../src/log/stream.js";
import type { Publisher } from "../../src/publisher/publisher.js";
import type { AppendResult, Stored } from "../../src/publisher/result.js";
import { readVerified } from "../fixtures/chain.js";
import { startTestServer, type TestServer } from "../fixtures/nats.js";
import { startPublisher, type TestPublisher } from "../fixtures/publisher.js";

let nats: TestServer;
let log: Log;
let started: TestPublisher;
let publisher: Publisher;

beforeAll(async () => {
  nats = await startTestServer();
  log = await nats.open();
  started = await startPublisher(log);
  publisher = started.publisher;
});
afterAll(async () => {
  await started.close();
  await nats.stop();
});

const TENANT = "acme";
let scopes = 0;
function newScope(below = ""): Scope {
  return scope(`runs/r-${++scopes}${below}`);
}
function scope(path: string): Scope {
  const parsed = parseScope(path);
  if (!parsed) throw new Error(`${path} is no scope`);
  return parsed;
}
const note = (n: number, id?: string) => ({
  type: "test.noted",
  payload: { n },
  ...(id && { id }),
});
function stored(result: AppendResult | undefined): Stored {
  expect(result?.outcome).toMatch(/appended|duplicate/);
  return result as Stored;
}

describe("appending", () => {
  test("gives each event its index, its sequence and its hash, in the order of the calls", async () => {
    const run = newScope();
    const results = await Promise.all(
      Array.from({ length: 100 }, (_, n) => publisher.append(TENANT, run, note(n))),
    );
    expect(results.map((result) => stored(result).index)).toEqual(
      Array.from({ length: 100 }, (_, n) => n + 1),
    );
    const events = (await readVerified(log, TENANT)).filter((event) => event.scope === run.path);
    expect(events.map(({ payload }) => payload["n"])).toEqual(
      Array.from({ length: 100 }, (_, n) => n),
    );
    expect(events.map(({ hash }) => hash)).toEqual(results.map((result) => stored(result).hash));
  });

  test("fills in what the draft leaves out, and keeps what it says", async () => {
    const job = newScope("/jobs/build");
    await publisher.append(TENANT, job, { type: "test.noted", payload: {} });
    await publisher.append(TENANT, job, {
      id: "event-0002",
      type: "step_started",
      payload: { node_key: "a", step_name: "A" },
      correlationId: "order-7",
      causationId: "command-1",
      traceparent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
      occurredAt: "2026-03-01T10:30:00+01:00",
      source: "runner/host-3",
      actor: { subject: "ana" },
    });
    const [first, second] = (await readVerified(log, TENANT)).filter(
      (event) => event.scope === job.path,
    );
    expect(first).toMatchObject({
      v: 1,
      tenant: TENANT,
      source: "test",
      correlationId: job.rootId,
    });
    expect(first?.id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7/);
    expect(second).toMatchObject({
      id: "event-0002",
      type: "node.started",
      payload: { nodeId: "a", nodeName: "A" },
      correlationId: "order-7",
      causationId: "command-1",
      occurredAt: "2026-03-01T09:30:00.000Z",
      source: "runner/host-3",
      actor: { subject: "ana" },
      index: 2,
    });
  });

  test("of events to many scopes goes out in few commits", async () => {
    const before = publisher.stats.commits;
    const runs = Array.from({ length: 500 }, () => newScope());
    const results = await Promise.all(runs.map((run, n) => publisher.append(TENANT, run, note(n))));
    expect(results.every(({ outcome }) => outcome === "appended")).toBe(true);
    expect(publisher.stats.commits - before).toBeLessThan(20);
  });
});

describe("the same id", () => {
  test("with the same content is stored once, and answered with the first one's place", async () => {
    const run = newScope();
    const first = stored(await publisher.append(TENANT, run, note(1, "event-0001")));
    const again = stored(await publisher.append(TENANT, run, note(1, "event-0001")));
    expect(again).toEqual({ ...first, outcome: "duplicate" });
  });

  test("is recognised among drafts that are committed together", async () => {
    const run = newScope();
    const [first, again, other] = await Promise.all([
      publisher.append(TENANT, run, note(1, "event-0001")),
      publisher.append(TENANT, run, note(1, "event-0001")),
      publisher.append(TENANT, run, note(2, "event-0001")),
    ]);
    expect(again).toEqual({ ...stored(first), outcome: "duplicate" });
    expect(other).toMatchObject({ outcome: "conflict", code: "id-reused" });
  });

  test("with other content is a conflict", async () => {
    const run = newScope();
    await publisher.append(TENANT, run, note(1, "event-0001"));
    expect(await publisher.append(TENANT, run, note(2, "event-0001"))).toMatchObject({
      outcome: "conflict",
      code: "id-reused",
      currentIndex: 1,
    });
  });

  test("in another scope is another event", async () => {
    const results = await Promise.all(
      [newScope(), newScope()].map((run) => publisher.append(TENANT, run, note(1, "event-0001"))),
    );
    expect(results.map(({ outcome }) => outcome)).toEqual(["appended", "appended"]);
  });

  test("is recognised by a publisher that was started after it was stored", async () => {
    const run = newScope();
    const first = stored(await publisher.append(TENANT, run, note(1, "event-0001")));
    const other = await startPublisher(await nats.open());
    expect(await other.publisher.append(TENANT, run, note(1, "event-0001"))).toEqual({
      ...first,
      outcome: "duplicate",
    });
    await other.close();
  });
});

describe("an expectation", () => {
  test("that holds lets the event in, and one that does not is told the current index", async () => {
    const run = newScope();
    const at = (index: number) =>
      publisher.append(TENANT, run, { ...note(index), expect: { index } });
    expect(await at(0)).toMatchObject({ outcome: "appended", index: 1 });
    expect(await at(0)).toMatchObject({ outcome: "conflict", code: "conflict", currentIndex: 1 });
    expect(await at(1)).toMatchObject({ outcome: "appended", index: 2 });
    expect(await at(7)).toMatchObject({ outcome: "conflict", code: "conflict", currentIndex: 2 });
  });

  test("lets one of several that race for a place win", async () => {
    const run = newScope();
    const racing = Array.from({ length: 10 }, (_, n) =>
      publisher.append(TENANT, run, { ...note(n), expect: { index: 0 } }),
    );
    const outcomes = (await Promise.all(racing)).map(({ outcome }) => outcome);
    expect(outcomes.filter((outcome) => outcome === "appended")).toHaveLength(1);
    expect(outcomes.filter((outcome) => outcome === "conflict")).toHaveLength(9);
  });
});

describe("a scope that has ended", () => {
  const ended = { type: "job.completed", payload: { attempt: 1, durationMs: 5 }, id: "event-done" };

  test("takes no more events, but still recognises the one that ended it", async () => {
    const job = newScope("/jobs/build");
    const end = stored(await publisher.append(TENANT, job, ended));
    expect(await publisher.append(TENANT, job, note(1))).toMatchObject({
      outcome: "conflict",
      code: "scope-closed",
      currentIndex: 1,
    });
    expect(await publisher.append(TENANT, job, ended)).toEqual({ ...end, outcome: "duplicate" });
  });

  test("closes everything below it, in the same commit and afterwards", async () => {
    const run = newScope();
    const job = scope(`${run.path}/pack-runs/p/jobs/lint`);
    const done = { type: "run.completed", payload: { durationMs: 5 } };
    const [before, end, after] = await Promise.all([
      publisher.append(TENANT, job, note(1)),
      publisher.append(TENANT, run, done),
      publisher.append(TENANT, job, note(2)),
    ]);
    expect([before.outcome, end.outcome]).toEqual(["appended", "appended"]);
    expect(after).toMatchObject({ outcome: "conflict", code: "scope-closed", currentIndex: 1 });
    expect(await publisher.append(TENANT, job, note(3))).toMatchObject({ code: "scope-closed" });
  });

  test("is ended by its own kind of event only", async () => {
    const run = newScope();
    await publisher.append(TENANT, run, ended);
    expect(await publisher.append(TENANT, run, note(1))).toMatchObject({
      outcome: "appended",
      index: 2,
    });
  });

  test("is seen as ended by a publisher that has never met it", async () => {
    const run = newScope();
    await publisher.append(TENANT, run, { type: "run.completed", payload: { durationMs: 5 } });
    const other = await startPublisher(await nats.open());
    const result = await other.publisher.append(TENANT, scope(`${run.path}/jobs/late`), note(1));
    expect(result).toMatchObject({ outcome: "conflict", code: "scope-closed", currentIndex: 0 });
    await other.close();
  });
});

describe("several drafts together", () => {
  test("are stored whole, across scopes, with contiguous sequences", async () => {
    const [a, b] = [newScope(), newScope()];
    const results = await publisher.appendTogether([
      { tenant: TENANT, scope: a, draft: note(1) },
      { tenant: TENANT, scope: b, draft: note(2) },
      { tenant: TENANT, scope: a, draft: note(3) },
    ]);
    const [first, second, third] = results.map(stored);
    expect([first?.index, second?.index, third?.index]).toEqual([1, 1, 2]);
    expect(third?.sequence).toBe((first?.sequence ?? 0) + 2);
  });

  test("are not stored at all when one is invalid or conflicts, and leave no trace", async () => {
    const [a, b] = [newScope(), newScope()];
    const invalid = await publisher.appendTogether([
      { tenant: TENANT, scope: a, draft: note(1) },
      { tenant: TENANT, scope: b, draft: { type: "run.started", payload: {} } },
    ]);
    expect(invalid).toMatchObject([
      { outcome: "not-applied" },
      { outcome: "invalid", pointer: "/payload/workflowId" },
    ]);
    const conflicting = publisher.appendTogether([
      { tenant: TENANT, scope: a, draft: note(1) },
      { tenant: TENANT, scope: b, draft: { ...note(2), expect: { index: 9 } } },
    ]);
    const alongside = publisher.append(TENANT, a, note(3));
    expect(await conflicting).toMatchObject([{ outcome: "not-applied" }, { outcome: "conflict" }]);
    expect(await alongside).toMatchObject({ outcome: "appended", index: 1 });
  });
});

describe("a bad draft", () => {
  test("does not keep the others of the same moment from being stored", async () => {
    const run = newScope();
    const results = await Promise.all([
      publisher.append(TENANT, run, note(1)),
      publisher.append(TENANT, run, { type: "test.noted", payload: { x: NaN } }),
      publisher.append(TENANT, run, { type: "test.noted", payload: { x: "\ud800" } }),
      publisher.append(TENANT, run, { type: "test.noted", payload: { x: "y".repeat(3_000_000) } }),
      publisher.append(TENANT, run, note(2)),
    ]);
    expect(results).toMatchObject([
      { outcome: "appended", index: 1 },
      { outcome: "invalid", code: "invalid-event", pointer: "/payload/x" },
      { outcome: "invalid", code: "invalid-event", pointer: "/payload/x" },
      { outcome: "invalid", code: "too-large" },
      { outcome: "appended", index: 2 },
    ]);
  });
});

describe("a full queue", () => {
  test("refuses at once, and takes drafts again when it has drained", async () => {
    const small = await startPublisher(await nats.open(), { maxPending: 10 });
    const run = newScope();
    const results = await Promise.all(
      Array.from({ length: 15 }, (_, n) => small.publisher.append(TENANT, run, note(n))),
    );
    expect(results.map(({ outcome }) => outcome)).toEqual([
      ...new Array<string>(10).fill("appended"),
      ...new Array<string>(5).fill("unavailable"),
    ]);
    expect(results[14]).toMatchObject({
      code: "overloaded",
      retryAfterMs: expect.any(Number) as number,
    });
    expect(await small.publisher.append(TENANT, run, note(15))).toMatchObject({ index: 11 });
    await small.close();
  });
});

test("a message that something else wrote to the stream stops nobody", async () => {
  const foreign = newScope();
  await log.js.publish(subjectOf(TENANT, foreign.path), "not an envelope");
  const run = newScope();
  expect(await publisher.append(TENANT, run, note(1))).toMatchObject({ outcome: "appended" });
  expect(started.troubles.map(String).join()).toContain("is not an event envelope");
});

import { kill } from "node:process";
import { afterEach, beforeEach, expect, test } from "vitest";
import { parseScope, type Scope } from "../../src/envelope/scope.js";
import { commit } from "../../src/log/commit.js";
import type { AppendResult, Stored } from "../../src/publisher/result.js";
import { readVerified } from "../fixtures/chain.js";
import { CuttingProxy } from "../fixtures/cutting-proxy.js";
import { startTestServer, type TestServer } from "../fixtures/nats.js";
import { startPublisher } from "../fixtures/publisher.js";

let nats: TestServer;
beforeEach(async () => {
  nats = await startTestServer();
});
afterEach(async () => {
  await nats.stop();
});

const TENANT = "acme";
function scope(path: string): Scope {
  const parsed = parseScope(path);
  if (!parsed) throw new Error(`${path} is no scope`);
  return parsed;
}
const note = (n: number, writer = 0) => ({ type: "test.noted", payload: { n, writer } });
function isStored(result: AppendResult): result is Stored {
  return result.outcome === "appended" || result.outcome === "duplicate";
}

test("16 writers on one scope, many of their acknowledgements cut off, leave a whole chain with every event once", async () => {
  const proxy = await CuttingProxy.inFrontOf(nats.server.port);
  const { publisher, close } = await startPublisher(await nats.open(proxy.port));
  const run = scope("runs/r-1");
  // Acknowledgements of commits, not the greeting and not what the tail reads.
  let acknowledgements = 0;
  proxy.shouldCut = (piece) =>
    piece.includes('"stream":"RUNTRAIL"') && ++acknowledgements % 3 === 0;

  const stored: Stored[] = [];
  await Promise.all(
    Array.from({ length: 16 }, async (_, writer) => {
      for (let n = 0; n < 25; n++) {
        const result = await publisher.append(TENANT, run, note(n, writer));
        expect(result.outcome).toBe("appended");
        if (isStored(result)) stored.push(result);
      }
    }),
  );
  expect(proxy.cuts).toBeGreaterThan(3);
  proxy.shouldCut = () => false;

  const events = await readVerified(await nats.open(), TENANT);
  expect(events).toHaveLength(16 * 25);
  for (const { id, index, hash } of stored) {
    expect(events[index - 1]).toMatchObject({ id, hash });
  }
  for (let writer = 0; writer < 16; writer++) {
    const own = events.filter(({ payload }) => payload["writer"] === writer);
    expect(own.map(({ payload }) => payload["n"])).toEqual(Array.from({ length: 25 }, (_, n) => n));
  }
  await close();
  await proxy.close();
}, 120_000);

test("every acknowledged event is there after nats-server was killed again and again", async () => {
  const { publisher, close } = await startPublisher(await nats.open());
  const acknowledged = new Map<string, string>();
  let isDone = false;
  const writers = Array.from({ length: 8 }, async (_, writer) => {
    for (let n = 0; !isDone; n++) {
      const run = scope(`runs/r-${(n + writer) % 5}`);
      const result = await publisher.append(TENANT, run, note(n, writer));
      expect(result.outcome).toBe("appended");
      if (isStored(result)) acknowledged.set(`${run.path} ${result.index}`, result.hash);
    }
  });
  for (let kills = 1; kills <= 5; kills++) {
    const target = acknowledged.size + 50 + Math.floor(Math.random() * 100);
    await expect
      .poll(() => acknowledged.size, { timeout: 20_000, interval: 5 })
      .toBeGreaterThan(target);
    // Deaths within a minute are counted by the keeper of the server; four are forgiven.
    if (kills <= 4) kill(nats.server.pid, "SIGKILL");
  }
  isDone = true;
  await Promise.all(writers);

  const events = await readVerified(await nats.open(), TENANT);
  const kept = new Map(events.map(({ scope, index, hash }) => [`${scope} ${index}`, hash]));
  for (const [place, hash] of acknowledged) expect(kept.get(place), place).toBe(hash);
  expect(events).toHaveLength(acknowledged.size);
  await close();
}, 120_000);

test("two publishers on the same scopes make one chain of all their events", async () => {
  const [a, b] = [await startPublisher(await nats.open()), await startPublisher(await nats.open())];
  const appends = [a, b].flatMap(({ publisher }, writer) =>
    Array.from({ length: 120 }, (_, n) =>
      publisher.append(TENANT, scope(`runs/r-${n % 3}`), note(n, writer)),
    ),
  );
  const results = await Promise.all(appends);
  expect(results.every(({ outcome }) => outcome === "appended")).toBe(true);
  const events = await readVerified(await nats.open(), TENANT);
  expect(events).toHaveLength(240);
  for (const writer of [0, 1]) {
    const own = events.filter(
      ({ payload, scope }) => payload["writer"] === writer && scope === "runs/r-0",
    );
    const numbers = own.map(({ payload }) => payload["n"] as number);
    expect(numbers).toEqual([...numbers].sort((x, y) => x - y));
  }
  await a.close();
  await b.close();
});

test("a scope that another publisher has moved on does not fail the others of the commit", async () => {
  const [a, b] = [await startPublisher(await nats.open()), await startPublisher(await nats.open())];
  const runs = Array.from({ length: 20 }, (_, n) => scope(`runs/r-${n}`));
  await Promise.all(runs.map((run) => a.publisher.append(TENANT, run, note(0))));
  const [contended] = runs;
  if (!contended) throw new Error("there are runs");
  // Both go at once, so that the expectation of one of them for this scope is outdated when it arrives.
  const results = await Promise.all([
    ...Array.from({ length: 30 }, (_, n) => b.publisher.append(TENANT, contended, note(n, 1))),
    ...runs.map((run) => a.publisher.append(TENANT, run, note(1))),
  ]);
  expect(results.every(({ outcome }) => outcome === "appended")).toBe(true);
  expect(await readVerified(await nats.open(), TENANT)).toHaveLength(20 + 30 + 20);
  await a.close();
  await b.close();
});

test("a commit whose expectation is stale stores nothing of itself", async () => {
  const log = await nats.open();
  const message = (subject: string, expectedSequence: number) => ({
    subject,
    text: "{}",
    expectedSequence,
  });
  expect(await commit(log, [message("ev.t.runs.a", 0)], 5000)).toEqual({
    outcome: "committed",
    lastSequence: 1,
  });
  const batch = [message("ev.t.runs.b", 0), message("ev.t.runs.a", 0), message("ev.t.runs.c", 0)];
  expect(await commit(log, batch, 5000)).toEqual({ outcome: "stale" });
  const better = [message("ev.t.runs.b", 0), message("ev.t.runs.a", 1), message("ev.t.runs.c", 0)];
  expect(await commit(log, better, 5000)).toEqual({ outcome: "committed", lastSequence: 4 });
});

test("with NATS away, appends wait until it is back; past their time they are told to try again", async () => {
  const proxy = await CuttingProxy.inFrontOf(nats.server.port);
  const log = await nats.open(proxy.port);
  const { publisher, close } = await startPublisher(log, { appendTimeoutMs: 3000 });
  await publisher.append(TENANT, scope("runs/r-1"), note(0));
  proxy.shouldCut = () => true;
  const waiting = publisher.append(TENANT, scope("runs/r-1"), { ...note(1), id: "event-0001" });
  const result = await waiting;
  expect(result).toMatchObject({ outcome: "unavailable", code: "unavailable" });

  const patient = publisher.append(TENANT, scope("runs/r-1"), { ...note(1), id: "event-0001" });
  proxy.shouldCut = () => false;
  expect(isStored(await patient)).toBe(true);
  const events = await readVerified(await nats.open(), TENANT);
  expect(events.map(({ id }) => id).filter((id) => id === "event-0001")).toHaveLength(1);
  await close();
  await proxy.close();
});

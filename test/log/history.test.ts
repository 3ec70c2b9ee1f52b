import { afterAll, beforeAll, expect, test } from "vitest";
import { subjectOf } from "../../src/envelope/scope.js";
import { readHistory } from "../../src/log/history.js";
import { scan, type Place } from "../../src/log/scan.js";
import { tail } from "../../src/log/tail.js";
import type { Log } from "../../src/log/stream.js";
import { parseScope } from "../../src/envelope/scope.js";
import { CuttingProxy } from "../fixtures/cutting-proxy.js";
import { startTestServer, type TestServer } from "../fixtures/nats.js";
import { startPublisher } from "../fixtures/publisher.js";

const TENANT = "acme";
const PATHS = ["runs/a", "runs/a/jobs/x", "runs/b"];
const COUNT = 6000;

let nats: TestServer;
let log: Log;
const stored: { sequence: number; path: string }[] = [];
beforeAll(async () => {
  nats = await startTestServer();
  log = await nats.open();
  const { publisher, close } = await startPublisher(log);
  const appends = Array.from({ length: COUNT }, async (_, n) => {
    const path = PATHS[n % PATHS.length] ?? "";
    const scope = parseScope(path);
    if (!scope) throw new Error("it is a scope");
    const draft = { type: "test.noted", payload: { n, text: "x".repeat(300) } };
    const result = await publisher.append(TENANT, scope, draft);
    if (result.outcome === "appended") stored.push({ sequence: result.sequence, path });
  });
  await Promise.all(appends);
  await close();
  stored.sort((a, b) => a.sequence - b.sequence);
});
afterAll(async () => {
  await nats.stop();
});

/** A log behind a proxy that cuts its connection at every tenth piece that holds events. */
async function openBehindCuts(): Promise<{ cut: Log; proxy: CuttingProxy }> {
  const proxy = await CuttingProxy.inFrontOf(nats.server.port);
  const cut = await nats.open(proxy.port);
  let pieces = 0;
  proxy.shouldCut = (piece) => piece.includes("test.noted") && ++pieces % 10 === 0;
  return { cut, proxy };
}

test("history is read whole and in order although the connection is cut again and again", async () => {
  const { cut, proxy } = await openBehindCuts();
  const got: number[] = [];
  const { signal } = new AbortController();
  for await (const records of readHistory(cut, {
    tenant: TENANT,
    path: "runs/a",
    after: 0,
    signal,
  })) {
    got.push(...records.map(({ sequence }) => sequence));
  }
  const expected = stored.filter(({ path }) => path.startsWith("runs/a"));
  expect(got).toEqual(expected.map(({ sequence }) => sequence));
  expect(proxy.cuts).toBeGreaterThan(0);
  await proxy.close();
});

test("the tail delivers every event once and in order although the connection is cut again and again", async () => {
  const { cut, proxy } = await openBehindCuts();
  const got: number[] = [];
  const stop = new AbortController();
  const onForeign = (error: Error) => {
    throw error;
  };
  for await (const records of tail(cut, {
    durable: "cut",
    after: 0,
    signal: stop.signal,
    onForeign,
  })) {
    got.push(...records.map(({ sequence }) => sequence));
    if (got.length === COUNT) stop.abort();
  }
  expect(got).toEqual(stored.map(({ sequence }) => sequence));
  expect(proxy.cuts).toBeGreaterThan(0);
  await proxy.close();
});

test("history ends although the event that it was to end with has been trimmed meanwhile", async () => {
  const last = subjectOf(TENANT, "runs/b");
  const { signal } = new AbortController();
  let isTrimmed = false;
  let count = 0;
  for await (const records of readHistory(log, {
    tenant: TENANT,
    path: "runs/b",
    after: 0,
    signal,
  })) {
    count += records.length;
    if (isTrimmed) continue;
    isTrimmed = true;
    await log.jsm.streams.purge(log.stream, { filter: last });
  }
  expect(count).toBeGreaterThan(0);
});

test("a message that is no event is passed over, also where it is the newest", async () => {
  await log.js.publish(subjectOf(TENANT, "runs/a/jobs/x"), "not an event");
  const { signal } = new AbortController();
  const got: number[] = [];
  for await (const records of readHistory(log, {
    tenant: TENANT,
    path: "runs/a/jobs/x",
    after: 0,
    signal,
  })) {
    got.push(...records.map(({ sequence }) => sequence));
  }
  expect(got).toEqual(
    stored.filter(({ path }) => path === "runs/a/jobs/x").map(({ sequence }) => sequence),
  );
});

test("a scan has every place, also those of which nothing is left, although the connection is cut again and again", async () => {
  const foreign = (await log.js.publish(subjectOf(TENANT, "runs/c"), "not an event")).seq;
  const removed: number[] = [];
  for (let n = 0; n < 2500; n++) {
    const isToGo = n === 7 || n === 1100 || n === 1101;
    const { seq } = await log.js.publish(
      subjectOf(TENANT, isToGo ? "runs/gone" : "runs/c"),
      `{"n":${n}}`,
    );
    if (isToGo) removed.push(seq);
  }
  await log.jsm.streams.purge(log.stream, { filter: subjectOf(TENANT, "runs/gone") });
  const to = foreign + 2500;
  const { cut, proxy } = await openBehindCuts();
  let pieces = 0;
  proxy.shouldCut = (piece) => piece.includes('{"n":') && pieces++ % 4 === 1;
  const places: Place[] = [];
  for await (const some of scan(cut, foreign, to, new AbortController().signal)) {
    places.push(...some);
  }
  expect(places.map(({ sequence }) => sequence)).toEqual(
    Array.from({ length: to - foreign + 1 }, (_, i) => foreign + i),
  );
  const missing = places.filter((place) => place.is === "missing");
  expect(missing.map(({ sequence }) => sequence)).toEqual(removed);
  expect(places.find(({ sequence }) => sequence === foreign)).toMatchObject({ is: "foreign" });
  expect(proxy.cuts).toBeGreaterThan(0);
  await proxy.close();
});

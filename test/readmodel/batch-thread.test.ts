import { afterAll, beforeAll, expect, test } from "vitest";
import { parseScope } from "../../src/envelope/scope.js";
import type { Log } from "../../src/log/stream.js";
import { readBatches } from "../../src/readmodel/batch-thread.js";
import type { PackedEvents } from "../../src/readmodel/packed-events.js";
import { unpackRecords } from "../../src/readmodel/record-batch.js";
import { CuttingProxy } from "../fixtures/cutting-proxy.js";
import { startTestServer, type TestServer } from "../fixtures/nats.js";
import { startPublisher, type TestPublisher } from "../fixtures/publisher.js";

/** More than is read as it comes. */
const MANY = 12_000;
const TRIMMED = 700;

let nats: TestServer;
let log: Log;
let publisher: TestPublisher;
let last = 0;
beforeAll(async () => {
  nats = await startTestServer();
  log = await nats.open();
  publisher = await startPublisher(log);
  await append(MANY, 10);
  await log.jsm.streams.purge(log.stream, { seq: TRIMMED + 1 });
});
afterAll(async () => {
  await publisher.close();
  await nats.stop();
});

async function append(count: number, length: number): Promise<void> {
  const draft = { type: "test.noted", payload: { text: "x".repeat(length) } };
  const appends = Array.from({ length: count }, (_, n) => {
    const scope = parseScope(`runs/r-${n % 7}`);
    if (!scope) throw new Error("it is a scope");
    return publisher.publisher.append("acme", scope, draft);
  });
  expect(new Set((await Promise.all(appends)).map(({ outcome }) => outcome))).toEqual(
    new Set(["appended"]),
  );
  last += count;
}

function batchesAfter(after: number, durable: string, signal: AbortSignal, port?: number) {
  const { stream, origin, epoch } = log;
  const { connection } = nats.server;
  const servers = port === undefined ? connection.servers : `127.0.0.1:${port}`;
  return readBatches(
    {
      nats: { ...connection, servers, name: "test" },
      log: { stream, origin, epoch },
      durable,
      after,
    },
    signal,
  );
}

const sequencesOf = (batch: PackedEvents) =>
  Array.from(unpackRecords(batch), ({ sequence }) => sequence);

const range = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, i) => from + i);

test("what there is and what comes then is read once and in order, though the connection is cut again and again", async () => {
  const proxy = await CuttingProxy.inFrontOf(nats.server.port);
  let pieces = 0;
  proxy.shouldCut = (piece) => piece.includes("test.noted") && pieces++ % 20 === 3;
  const stop = new AbortController();
  const got: number[] = [];
  let appended = Promise.resolve();
  for await (const batch of batchesAfter(0, "cut", stop.signal, proxy.port)) {
    if (got.length === 0) appended = append(3000, 10);
    got.push(...sequencesOf(batch));
    if (got.at(-1) === MANY + 3000) stop.abort();
  }
  await appended;
  expect(got).toEqual(range(TRIMMED + 1, last));
  expect(proxy.cuts).toBeGreaterThan(0);
  await proxy.close();
});

test("who takes nothing for a while, and more comes than waits in memory, gets it all later", async () => {
  const stop = new AbortController();
  const from = last + 1;
  const batches = batchesAfter(last, "late", stop.signal);
  await append(1, 10);
  const first = await batches.next();
  // Several batches full.
  for (let i = 0; i < 3; i++) await append(4000, 4000);
  const got = first.done === true ? [] : sequencesOf(first.value);
  for await (const batch of batches) {
    got.push(...sequencesOf(batch));
    if (got.at(-1) === last) stop.abort();
  }
  expect(got).toEqual(range(from, last));
});

test("a log that was replaced is not read", async () => {
  const other = { ...log, epoch: "other1" };
  const { stream, origin, epoch } = other;
  const source = {
    nats: { ...nats.server.connection, name: "test" },
    log: { stream, origin, epoch },
  };
  const batches = readBatches(
    { ...source, durable: "other", after: 0 },
    new AbortController().signal,
  );
  await expect(batches.next()).rejects.toThrow(/recreated/);
});

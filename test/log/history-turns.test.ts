import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parseScope } from "../../src/envelope/scope.js";
import { readHistory } from "../../src/log/history.js";
import type { LogRecord } from "../../src/log/record.js";
import type { Log } from "../../src/log/stream.js";
import { Turns } from "../../src/log/turns.js";
import { startTestServer, type TestServer } from "../fixtures/nats.js";
import { startPublisher } from "../fixtures/publisher.js";

const TENANT = "acme";
const PATH = "runs/a";
const COUNT = 3000;
const ALL = Array.from({ length: COUNT }, (_, n) => n + 1);

let nats: TestServer;
let log: Log;
beforeAll(async () => {
  nats = await startTestServer();
  log = await nats.open();
  const { publisher, close } = await startPublisher(log);
  const scope = parseScope(PATH);
  if (!scope) throw new Error("it is a scope");
  const draft = { type: "test.noted", payload: { text: "x".repeat(300) } };
  await Promise.all(ALL.map(() => publisher.append(TENANT, scope, draft)));
  await close();
});
afterAll(async () => {
  await nats.stop();
});

function read(turns: Turns): AsyncGenerator<readonly LogRecord[]> {
  const { signal } = new AbortController();
  return readHistory(log, { tenant: TENANT, path: PATH, after: 0, signal }, turns);
}

async function consumerCount(): Promise<number> {
  return (await log.jsm.streams.info(log.stream)).state.consumer_count;
}

/** The sequences that a reader still gets. */
async function rest(
  reader: AsyncIterable<readonly LogRecord[]>,
  pauseMs?: number,
): Promise<number[]> {
  const got: number[] = [];
  for await (const records of reader) {
    got.push(...records.map(({ sequence }) => sequence));
    if (pauseMs !== undefined) await delay(pauseMs);
  }
  return got;
}

test("as many read as may, each with one consumer, and all of them get everything", async () => {
  const others = await consumerCount();
  const turns = new Turns(3);
  const all = Promise.all(Array.from({ length: 12 }, () => rest(read(turns))));
  const consumers: number[] = [];
  let isOver = false;
  const goesOn = () => !isOver;
  const watching = (async () => {
    while (goesOn()) consumers.push((await consumerCount()) - others);
  })();
  expect(await all).toEqual(Array.from({ length: 12 }, () => ALL));
  isOver = true;
  await watching;
  expect(Math.max(...consumers)).toBe(3);
  expect(turns).toMatchObject({ underWay: 0, waiting: 0 });
});

test("whoever does not come back loses their turn, and nothing else", async () => {
  const turns = new Turns(1);
  const slow = read(turns);
  const first = (await slow.next()).value as readonly LogRecord[];
  expect(await rest(read(turns))).toEqual(ALL);
  expect([...first.map(({ sequence }) => sequence), ...(await rest(slow))]).toEqual(ALL);
});

test("whoever leaves ends their turn", async () => {
  const turns = new Turns(1);
  for await (const records of read(turns)) {
    expect(records.length).toBeLessThan(COUNT);
    break;
  }
  expect(turns.underWay).toBe(0);
});

test("whoever reads for long lets others in between, and goes on", async () => {
  const turns = new Turns(1);
  const ended: string[] = [];
  const long = rest(read(turns), 100).then((got) => {
    ended.push("long");
    return got;
  });
  const short = rest(read(turns)).then((got) => {
    ended.push("short");
    return got;
  });
  expect(await long).toEqual(ALL);
  expect(await short).toEqual(ALL);
  expect(ended).toEqual(["short", "long"]);
});

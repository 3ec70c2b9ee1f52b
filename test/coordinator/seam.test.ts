import { setMaxListeners } from "node:events";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { deliveriesOf, type Delivery } from "../../src/coordinator/feed.js";
import { Follower } from "../../src/coordinator/follower.js";
import { selectionOf } from "../../src/coordinator/selection.js";
import { History } from "../../src/coordinator/history.js";
import { Hub } from "../../src/coordinator/hub.js";
import { parseScope, type Scope } from "../../src/envelope/scope.js";
import { readBounds } from "../../src/log/bounds.js";
import type { HistoryIndex } from "../../src/log/history-index.js";
import type { LogRecord } from "../../src/log/record.js";
import type { Log } from "../../src/log/stream.js";
import { ReadModel } from "../../src/readmodel/read-model.js";
import type { EventFilter } from "../../src/wire/event-filter.js";
import { startTestServer, type TestServer } from "../fixtures/nats.js";
import { startPublisher, type TestPublisher } from "../fixtures/publisher.js";

let nats: TestServer;
let log: Log;
beforeAll(async () => {
  nats = await startTestServer();
  log = await nats.open();
});
afterAll(async () => {
  await nats.stop();
});

const PATHS = ["runs/a", "runs/a/jobs/x", "runs/a/pack-runs/p/jobs/y", "runs/b", "jobs/z"];
/** The type of the last event of each path. */
const LAST = "test.ended";
const TIMELINES = [
  "",
  "runs/a",
  "runs/a/pack-runs/p",
  "runs/a/jobs/x",
  "runs/b",
  "jobs/z",
  "runs/none",
  "correlations/c-0",
];
/** Every last event is let through, and has the first correlation id. */
const FILTERS: (EventFilter | undefined)[] = [undefined, { type: ["test.m*", LAST] }];

function scope(path: string): Scope {
  const parsed = parseScope(path);
  if (!parsed) throw new Error(`${path} is no scope`);
  return parsed;
}

function pick<T>(items: readonly T[]): T {
  return items[Math.floor(Math.random() * items.length)] as T;
}

function isOn(timeline: string, path: string, correlationId = "c-0"): boolean {
  return (
    timeline === "" ||
    timeline === `correlations/${correlationId}` ||
    path === timeline ||
    path.startsWith(`${timeline}/`)
  );
}

/** A turn of the event loop, so that a reader can be slow without a clock. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** A read model of the log, which counts how often it is read. */
function startReadModel(): { index: HistoryIndex; readModel: ReadModel; reads: () => number } {
  const { stream, origin, epoch } = log;
  const readModel = new ReadModel(
    {
      file: `${nats.dataFolder}/seam-${++readModels}.db`,
      nats: { ...nats.server.connection, name: "test" },
      log: { stream, origin, epoch },
      durable: `seam-${readModels}`,
    },
    () => undefined,
    30_000,
  );
  let reads = 0;
  const index: HistoryIndex = {
    get position() {
      return readModel.history.position;
    },
    read: (query, signal) => {
      reads++;
      return readModel.history.read(query, signal);
    },
    heads: (tenant, path) => readModel.history.heads(tenant, path),
  };
  return { index, readModel, reads: () => reads };
}
let readModels = 0;

const SCANNED = "from JetStream";
const INDEXED = "from a read model";
const MADE_ANEW = "from a read model that is made anew again and again";

// All are on one log, and each has a tenant of its own.
describe.each([
  // While the log is short, so that it is soon made anew.
  ["a few events", 8_000, MADE_ANEW],
  ["a few events, so that readers fall back to history all the time", 8_000, SCANNED],
  ["some", 200_000, SCANNED],
  ["all", 64_000_000, SCANNED],
  ["a few events", 8_000, INDEXED],
  ["some", 200_000, INDEXED],
])("with a ring that holds %s, of %i bytes, and history %s", (_, ringBytes, source) => {
  const tenant = `ring-${ringBytes}-${source.split(" ").length}`;
  let hub: Hub;
  let history: History;
  let readModel: ReadModel | undefined;
  let reads: () => number;
  let started: TestPublisher;
  const all: LogRecord[] = [];
  beforeAll(async () => {
    hub = new Hub(0, ringBytes);
    const indexed = source === SCANNED ? undefined : startReadModel();
    readModel = indexed?.readModel;
    reads = indexed?.reads ?? (() => 0);
    history = new History(log, hub, indexed?.index);
    const { last } = await readBounds(log);
    await readModel?.reached(last, AbortSignal.timeout(30_000));
    all.length = 0;
    started = await startPublisher(log, {}, (record) => {
      if (record.tenant === tenant) all.push(record);
      hub.publish(record);
    });
  });
  afterAll(async () => {
    await started.close();
    await readModel?.close();
  });

  /** Reads a timeline, disconnecting at random and resuming from the last event it got, until the last one. */
  async function read(
    timeline: string,
    filter: EventFilter | undefined,
    from: number,
    slowness: number,
  ) {
    const got: number[] = [];
    let position = from;
    let open = [...PATHS, "runs/none"].filter((path) => isOn(timeline, path)).length;
    while (open > 0) {
      const stop = new AbortController();
      const selection = selectionOf(tenant, timeline, filter);
      const feed = new Follower(history, {
        selection,
        after: position,
        terminal: undefined,
        historyEnd: 0,
      });
      const reads = deliveriesOf(feed, stop.signal);
      let deliveries = 1 + Math.floor(Math.random() * 30);
      for await (const delivery of reads) {
        if (delivery.kind === "events") {
          // A reader may be cut off after any event of a delivery.
          const kept =
            deliveries === 1 ? Math.ceil(Math.random() * delivery.records.length) : Infinity;
          for (const { sequence, type } of delivery.records.slice(0, kept)) {
            got.push(sequence);
            position = sequence;
            if (type === LAST) open--;
          }
        } else if (delivery.kind === "caught-up" || delivery.kind === "checkpoint") {
          position = Number(delivery.cursor.split(".")[0]);
        } else expect.unreachable(`a ${delivery.kind} frame`);
        for (let turns = 0; turns < slowness; turns++) await turn();
        if (--deliveries === 0 || open === 0) break;
      }
      stop.abort();
    }
    return got;
  }

  test("every reader gets exactly the log of its timeline, in order, whatever is published meanwhile", async () => {
    let isPublishing = true;
    const append = async (path: string, type: string) => {
      const payload = { text: "x".repeat(Math.floor(Math.random() * 600)) };
      const correlationId = type === LAST ? "c-0" : pick(["c-0", "c-1", "c-2"]);
      const draft = { type, payload, correlationId };
      const result = await started.publisher.append(tenant, scope(path), draft);
      expect(result.outcome).toBe("appended");
    };
    let madeAnew = 0;
    const publish = async () => {
      for (let round = 0; round < 120; round++) {
        const count = Math.ceil(Math.random() * 60);
        if (source === MADE_ANEW && round % 8 === 0 && reads() > madeAnew * 10) {
          readModel?.rebuild();
          madeAnew++;
        }
        await Promise.all(
          Array.from({ length: count }, () =>
            append(pick(PATHS), pick(["test.noted", "test.noted", "test.marked"])),
          ),
        );
      }
      isPublishing = false;
      for (const path of [...PATHS, "runs/none"]) await append(path, LAST);
    };
    const readers: {
      timeline: string;
      filter: EventFilter | undefined;
      from: number;
      got: Promise<number[]>;
    }[] = [];
    const connect = async () => {
      while (isPublishing && readers.length < 60) {
        const timeline = pick(TIMELINES);
        const filter = pick(FILTERS);
        const from = Math.floor(Math.random() * (hub.position + 1));
        const got = read(timeline, filter, from, pick([0, 0, 1, 5, 50]));
        readers.push({ timeline, filter, from, got });
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    };
    await Promise.all([publish(), connect()]);

    expect(readers.length).toBeGreaterThan(20);
    if (source !== SCANNED) expect(reads()).toBeGreaterThan(0);
    if (source === MADE_ANEW) expect(madeAnew).toBeGreaterThan(1);
    await Promise.all(readers.map(({ got }) => got));
    for (const { timeline, filter, from, got } of readers) {
      const expected = all.filter(
        ({ scope, correlationId, sequence, type }) =>
          isOn(timeline, scope, correlationId) &&
          sequence > from &&
          (filter === undefined || type !== "test.noted"),
      );
      expect(await got, `${timeline} after ${from}`).toEqual(
        expected.map(({ sequence }) => sequence),
      );
    }
  });

  test("nothing is left behind by readers that are gone", async () => {
    const before = hub.stats.channels;
    const stop = new AbortController();
    setMaxListeners(0, stop.signal);
    const followers = Array.from({ length: 500 }, async (_, n) => {
      const deliveries: Delivery[] = [];
      const options = {
        selection: selectionOf(tenant, `runs/idle-${n}`, undefined),
        after: hub.position,
        terminal: undefined,
        historyEnd: 0,
      };
      const feed = new Follower(history, options);
      for await (const delivery of deliveriesOf(feed, stop.signal)) deliveries.push(delivery);
      return deliveries.map(({ kind }) => kind);
    });
    await expect.poll(() => hub.stats.channels).toBe(before + 500);
    stop.abort();
    expect(await Promise.all(followers)).toEqual(new Array(500).fill(["caught-up"]));
    expect(hub.stats.channels).toBe(before);
  });
});

import { execFileSync } from "node:child_process";
import { closeSync, constants, openSync } from "node:fs";
import { rm } from "node:fs/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Delivery } from "../../src/coordinator/feed.js";
import { Follower } from "../../src/coordinator/follower.js";
import { History, type HistoryPart } from "../../src/coordinator/history.js";
import { selectionOf } from "../../src/coordinator/selection.js";
import { readHistory } from "../../src/log/history.js";
import type { LogRecord } from "../../src/log/record.js";
import { correlationIn } from "../../src/wire/timeline.js";
import { ReadModelHistory } from "../../src/readmodel/history.js";
import { ReadModel } from "../../src/readmodel/read-model.js";
import { sharedFile } from "../../src/readmodel/shared-file.js";
import { startGateway, type TestGateway } from "../fixtures/gateway.js";
import { until } from "../fixtures/until.js";
import { append, getJson } from "../http/requests.js";

const TENANT = "acme";
const SCOPES = ["runs/a", "runs/a/jobs/x", "runs/a/pack-runs/p/jobs/y", "runs/b"];
const PATHS = [
  "",
  ...SCOPES,
  "runs/a/pack-runs/p",
  "runs/none",
  "correlations/c",
  "correlations/d",
];
const ROUNDS = 40;

/** The first has a read model; its ring holds next to nothing. */
let indexed: TestGateway;
let plain: TestGateway;
let other: TestGateway;
beforeAll(async () => {
  indexed = await startGateway({ ringBytes: 1, tenant: TENANT, readModel: { isOn: true } });
  const settings = { ringBytes: 1, seal: { isOn: false } };
  plain = await startGateway({ ...settings, tenant: TENANT, nodeId: "plain" }, indexed.nats);
  other = await startGateway({ ...settings, tenant: "other", nodeId: "other" }, indexed.nats);
  for (let n = 0; n < ROUNDS; n++) await appendRound(n);
  await caughtUp(indexed);
});
afterAll(async () => {
  await other.stop();
  await plain.stop();
  await indexed.stop();
});

async function appendRound(n: number): Promise<void> {
  const draft = { type: "test.noted", payload: { text: "x".repeat((n % 8) * 500) } };
  for (const scope of SCOPES) {
    await append(indexed.url, scope, [
      { ...draft, correlationId: "c" },
      { ...draft, correlationId: n % 2 === 0 ? "d" : "e" },
    ]);
  }
  await append(other.url, "runs/a", [{ ...draft, correlationId: "c" }]);
}

async function caughtUp({ gateway }: TestGateway): Promise<void> {
  const { log, readModel } = gateway;
  const { state } = await log.jsm.streams.info(log.stream);
  const soon = AbortSignal.timeout(30_000);
  expect(await readModel?.reached(state.last_seq, soon)).toBe(true);
}

const signal = new AbortController().signal;

/** A record with its bytes as text, which is compared sooner. */
type Shown = Omit<LogRecord, "bytes"> & { bytes: string };

function shown(records: readonly LogRecord[]): Shown[] {
  return records.map((record) => ({
    ...record,
    bytes: Buffer.from(record.bytes).toString("latin1"),
  }));
}

async function collect(parts: AsyncIterable<HistoryPart>): Promise<Shown[]> {
  const all: LogRecord[] = [];
  for await (const { records } of parts) all.push(...records);
  return shown(all);
}

/** What the log has of a timeline. */
async function stored(path: string): Promise<Shown[]> {
  const { log } = indexed.gateway;
  const correlationId = correlationIn(path);
  const all: LogRecord[] = [];
  const logPath = correlationId === undefined ? path : "";
  for await (const records of readHistory(log, {
    tenant: TENANT,
    path: logPath,
    after: 0,
    signal,
  })) {
    all.push(...records);
  }
  return shown(
    all.filter((record) => correlationId === undefined || record.correlationId === correlationId),
  );
}

test.each(PATHS)("of %j it gives the same records as the log, either way", async (path) => {
  const { history } = indexed.gateway;
  const expected = await stored(path);
  const timeline = { tenant: TENANT, path, signal };
  expect(await collect(history.read({ ...timeline, after: 0 }))).toEqual(expected);
  const backward = history.readBackward({ ...timeline, before: Infinity });
  expect(await collect(backward)).toEqual(expected.toReversed());
  const middle = expected[Math.floor(expected.length / 2)]?.sequence ?? 5;
  const newer = history.read({ ...timeline, after: middle });
  expect(await collect(newer)).toEqual(expected.filter(({ sequence }) => sequence > middle));
  const older = history.readBackward({ ...timeline, before: middle });
  expect(await collect(older)).toEqual(
    expected.filter(({ sequence }) => sequence < middle).toReversed(),
  );
});

test.each([
  "runs/a/events?limit=7",
  "runs/a/events?limit=7&order=desc",
  "runs/a/events?limit=1000&order=desc",
  "runs/a/events?limit=20&order=desc&before=100",
  "events?limit=30&order=desc&type=test.*",
  "correlations/d/events?limit=10&order=desc",
  "runs/none/events?order=desc",
  "runs/a/stream?last=5&to=360",
  "runs/b/stream?last=1000&to=360",
  "correlations/d/stream?last=3&to=360",
  "correlations/c/stream?to=360",
  "stream?last=12&correlationId=d&to=360",
])("the answer to %s is that of a gateway without one", async (path) => {
  const textOf = async ({ url }: TestGateway) => (await fetch(`${url}/v1/${path}`)).text();
  const isEvent = (line: string) => /^id:|"events"/.test(line);
  const [ours, theirs] = (await Promise.all([textOf(indexed), textOf(plain)])).map((text) =>
    text.split("\n").filter(isEvent),
  );
  expect(ours?.length).toBeGreaterThan(0);
  expect(ours).toEqual(theirs);
});

/** A read model beside the gateway's own, and history from it. */
async function beside(name: string): Promise<Beside> {
  const { log, hub } = indexed.gateway;
  const { stream, origin, epoch } = log;
  const file = `${indexed.nats.dataFolder}/${name}.db`;
  const nats = { ...indexed.nats.server.connection, name };
  const source = { file, nats, log: { stream, origin, epoch }, durable: name };
  const readModel = new ReadModel(source, () => undefined, 30_000);
  expect(await readModel.reached(hub.position, AbortSignal.timeout(30_000))).toBe(true);
  return { readModel, history: new History(log, hub, readModel.history), file };
}

interface Beside {
  readModel: ReadModel;
  history: History;
  file: string;
}
const remove = ({ file }: Beside): Promise<void> => rm(file, { force: true });
const makeAnew = async ({ readModel }: Beside): Promise<void> => {
  readModel.rebuild();
  await until("it begins anew", () => readModel.status.position < indexed.gateway.hub.position);
};
const close = ({ readModel }: Beside): Promise<void> => readModel.close();

test.each([
  ["its file is removed", remove],
  ["it is made anew", makeAnew],
  ["it is closed", close],
])("reading goes on where it was when %s under way", async (how, disturb) => {
  const besides = await beside(how.replaceAll(" ", "-"));
  const { history, readModel } = besides;
  for (const path of ["", "runs/a", "correlations/c"]) {
    const timeline = { tenant: TENANT, path, signal };
    const expected = await stored(path);
    const sequences = expected.map(({ sequence }) => sequence);
    const upward: number[] = [];
    const downward: number[] = [];
    let parts = 0;
    const { matcher } = selectionOf(TENANT, path, undefined);
    const wanted = (records: readonly LogRecord[]) =>
      records.filter((record) => matcher?.matches(record) ?? true).map(({ sequence }) => sequence);
    for await (const { records } of history.read({ ...timeline, after: 0 })) {
      upward.push(...wanted(records));
      if (++parts === 1) await disturb(besides);
    }
    for await (const { records } of history.readBackward({ ...timeline, before: Infinity })) {
      downward.push(...wanted(records));
      if (++parts === 3) await disturb(besides);
    }
    expect(upward).toEqual(sequences);
    expect(downward).toEqual(sequences.toReversed());
  }
  await readModel.close();
});

test("history comes from the log where the read model does not answer", async () => {
  const { log, hub } = indexed.gateway;
  const file = `${indexed.nats.dataFolder}/hangs.db`;
  // Whoever opens it for reading waits until somebody writes.
  execFileSync("mkfifo", [file]);
  const hanging = new ReadModelHistory({
    file: sharedFile(file),
    position: () => hub.position,
    answerMs: 200,
    onDamage: () => undefined,
  });
  hanging.reopen();
  const history = new History(log, hub, hanging);
  const timeline = { tenant: TENANT, path: "runs/a", signal };
  const expected = await stored("runs/a");
  expect(await collect(history.read({ ...timeline, after: 0 }))).toEqual(expected);
  expect(hanging.lateAnswers).toBe(1);
  const backward = history.readBackward({ ...timeline, before: Infinity });
  expect(await collect(backward)).toEqual(expected.toReversed());
  expect(await hanging.heads(TENANT, "runs/a")).toBeUndefined();
  closeSync(openSync(file, constants.O_RDWR));
  await hanging.close();
});

test.each(["runs/a", "correlations/c"])(
  "a reader of %s that trimming overtakes is told so, and goes on behind what is gone",
  async (path) => {
    const { log } = indexed.gateway;
    const { history, readModel } = await beside(`trimmed-${path.slice(0, 4)}`);
    const before = await stored(path);
    const selection = selectionOf(TENANT, path, undefined);
    const follower = new Follower(history, {
      selection,
      after: 0,
      terminal: undefined,
      historyEnd: 0,
    });
    const told: Delivery[] = [];
    let first = 0;
    for await (const delivery of follower.catchUp(signal)) {
      told.push(delivery);
      if (told.length > 1) continue;
      const last = delivery.kind === "events" ? (delivery.records.at(-1)?.sequence ?? 0) : 0;
      first = last + 50;
      await log.jsm.streams.purge(log.stream, { seq: first });
      // It looks at what is trimmed when events come.
      const isTrimmed = async () => {
        await append(other.url, "runs/b", [{ type: "test.noted", payload: {} }]);
        const query = { tenant: TENANT, path: "", from: 1, to: 1, bytes: 1 } as const;
        const piece = await readModel.history.read({ ...query, order: "ascending" }, signal);
        return piece?.oldest === first;
      };
      await until("the read model is trimmed", isTrimmed, 30_000);
    }
    const sequences = told.flatMap((delivery) =>
      delivery.kind === "events" ? delivery.records.map(({ sequence }) => sequence) : [],
    );
    const [start, ...rest] = told;
    const had = start?.kind === "events" ? (start.records.at(-1)?.sequence ?? 0) : 0;
    expect(sequences).toEqual(
      before
        .map(({ sequence }) => sequence)
        .filter((sequence) => sequence <= had || sequence >= first),
    );
    expect(rest[0]).toMatchObject({ kind: "gap", reason: "retention" });
    await readModel.close();
  },
);

test("what the log has lost is gone, although the read model has it", async () => {
  const { log, history } = indexed.gateway;
  await append(indexed.url, "runs/lost", [{ type: "test.noted", payload: { n: 1 } }]);
  await append(indexed.url, "runs/kept", [{ type: "test.noted", payload: { n: 2 } }]);
  await caughtUp(indexed);
  await log.jsm.streams.purge(log.stream, { filter: `ev.${TENANT}.runs.lost` });
  const request = { tenant: TENANT, signal };
  expect(await collect(history.read({ ...request, path: "runs/lost", after: 0 }))).toEqual([]);
  const backward = history.readBackward({ ...request, path: "runs/lost", before: Infinity });
  expect(await collect(backward)).toEqual([]);
  const { body } = await getJson<{ events: unknown[] }>(`${indexed.url}/v1/runs/kept/events`);
  expect(body.events).toHaveLength(1);
});

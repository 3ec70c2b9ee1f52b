import { appendFileSync, rmSync, truncateSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import Database from "better-sqlite3";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import type { EventEnvelope } from "../../src/envelope/envelope.js";
import { foldEvents } from "../../src/projections/timeline.js";
import type { TimelineState } from "../../src/projections/timeline-state.js";
import type { RunSummary } from "../../src/projections/run-summary.js";
import { ReadModel } from "../../src/readmodel/read-model.js";
import type { Problem } from "../../src/wire/problem.js";
import { startGateway, type TestGateway } from "../fixtures/gateway.js";
import { until } from "../fixtures/until.js";
import { append, getJson } from "./requests.js";

type State = TimelineState & { asOf: string };
interface Record {
  sequence: number;
  cursor: string;
  event: EventEnvelope;
}

const RUN = "runs/r-1";

let served: TestGateway;
beforeAll(async () => {
  served = await startGateway({ readModel: { isOn: true } });
  await append(served.url, RUN, [
    { type: "run.created", payload: { workflowId: "deploy", name: "Deploy" } },
    { type: "run.started", payload: { workflowId: "deploy" } },
  ]);
  for (const job of ["build", "test"]) {
    await append(served.url, `${RUN}/jobs/${job}`, [
      { type: "job.started", payload: { jobType: "shell", attempt: 1 } },
      { type: "job.progress", payload: { percentage: 40 } },
      { type: "job.completed", payload: { attempt: 1, durationMs: 7 } },
    ]);
  }
  await append(served.url, RUN, [{ type: "run.completed", payload: { durationMs: 20 } }]);
  await append(served.url, "runs/r-2", [
    { type: "run.started", payload: { workflowId: "nightly" } },
  ]);
});
afterAll(() => served.stop());

const get = <Body>(path: string) => getJson<Body>(`${served.url}/v1/${path}`);
const newest = async () =>
  (await get<{ events: Record[] }>("events?order=desc&limit=1")).body.events[0]?.cursor;
const eventsOf = async (scope: string) =>
  (await get<{ events: Record[] }>(`${scope}/events`)).body.events;

test("a scope's state is the fold of its events, now and as of each of them", async () => {
  const consistent = `consistent=${await newest()}`;
  for (const scope of [RUN, `${RUN}/jobs/build`, "runs/r-2"]) {
    const events = await eventsOf(scope);
    const { status, body } = await get<State>(`${scope}?${consistent}`);
    const { asOf, ...state } = body;
    expect(status).toBe(200);
    expect(asOf).toBe(await newest());
    expect(state).toEqual(foldEvents(scope, events));
    for (const [i, { sequence, cursor }] of events.entries()) {
      const then = await get<State>(`${scope}?at=${cursor}&${consistent}`);
      expect(then.body).toEqual({ ...foldEvents(scope, events.slice(0, i + 1)), asOf: cursor });
      expect((await get<State>(`${scope}?at=${sequence}`)).body).toEqual(then.body);
    }
  }
});

test("reads its own writes when it is told what those were", async () => {
  for (let i = 0; i < 20; i++) {
    const [result] = await append(served.url, "runs/own", [
      { type: "run.progress", payload: { completedSteps: i, totalSteps: 20, percentage: i * 5 } },
    ]);
    const { cursor = "" } = result as { cursor?: string };
    const response = await fetch(`${served.url}/v1/runs/own?consistent=${cursor}`);
    expect(response.headers.get("x-runtrail-as-of")).toBe(cursor);
    expect(await response.json()).toMatchObject({ events: i + 1, percentage: i * 5 });
  }
});

test("lists runs newest first, filtered, page by page", async () => {
  const consistent = `consistent=${await newest()}`;
  const list = async (query: string) =>
    (await get<{ runs: RunSummary[]; next: string | null }>(`runs?${consistent}&${query}`)).body;
  expect((await list("status=completed")).runs).toMatchObject([
    { scope: RUN, runId: "r-1", workflowId: "deploy", name: "Deploy", durationMs: 20 },
  ]);
  expect((await list("workflowId=nightly")).runs).toMatchObject([{ runId: "r-2" }]);
  expect((await list("q=DEPL")).runs).toMatchObject([{ runId: "r-1" }]);
  expect((await list("since=2020-01-01&until=2020-01-02T00:00Z")).runs).toEqual([]);
  const all = await list("");
  expect(all.next).toBeNull();
  const [first, ...others] = all.runs;
  const page = await list("limit=1");
  expect(page.runs).toEqual([first]);
  expect((await list(`after=${page.next}`)).runs).toEqual(others);
});

test.each([
  ["runs?limit=0", "bad-parameter", "/query/limit"],
  ["runs?limit=1001", "bad-parameter", "/query/limit"],
  ["runs?limit=-1", "bad-parameter", "/query/limit"],
  ["runs?since=yesterday", "bad-parameter", "/query/since"],
  ["runs?until=2026-13-01", "bad-parameter", "/query/until"],
  ["runs?status=done", "bad-parameter", "/query/status"],
  ["runs?q=", "bad-parameter", "/query/q"],
  ["runs?q=a&q=b", "bad-parameter", "/query/q"],
  ["runs?after=x", "bad-cursor", "/query/after"],
  ["runs?after=5.elsewhere", "bad-cursor", "/query/after"],
  ["runs/r-1?at=-1", "bad-cursor", "/query/at"],
  ["runs/r-1?at=3.elsewhere", "bad-cursor", "/query/at"],
  ["runs/r-1?at=999999", "cursor-ahead", "/query/at"],
  ["runs/r-1?consistent=999999", "cursor-ahead", "/query/consistent"],
])("refuses %s", async (path, code, pointer) => {
  const { status, body } = await get<Problem>(path);
  expect({ status, code: body.code, pointer: body.pointer }).toEqual({
    status: 400,
    code,
    pointer,
  });
});

test("a scope without events is not there, and neither is one before its first event", async () => {
  expect((await get<Problem>("runs/nobody")).body.code).toBe("not-found");
  expect((await get<Problem>("runs/r-2?at=1")).body).toMatchObject({ status: 404 });
});

/** A read model beside the gateway's own, on the same log. */
function readModelOn({ nats, gateway }: TestGateway, file: string): ReadModel {
  const { stream, origin, epoch } = gateway.log;
  const readModel = new ReadModel(
    {
      file,
      nats: { ...nats.server.connection, name: "test" },
      log: { stream, origin, epoch },
      durable: "read-model-test",
    },
    () => undefined,
    30_000,
  );
  onTestFinished(() => readModel.close());
  return readModel;
}

test("goes on where it was when it is opened again, and can be made anew under way", async () => {
  const file = `${served.nats.dataFolder}/again.db`;
  const { position } = served.gateway.hub;
  const soon = () => AbortSignal.timeout(20_000);
  const first = readModelOn(served, file);
  expect(await first.reached(position, soon())).toBe(true);
  const { result } = await first.state(served.gateway.tenant, RUN);
  await first.close();
  const again = readModelOn(served, file);
  expect((await again.state(served.gateway.tenant, RUN)).asOf).toBeGreaterThanOrEqual(position);
  again.rebuild();
  await until("it begins anew", () => again.status.position < position);
  expect(await again.reached(position, soon())).toBe(true);
  expect((await again.state(served.gateway.tenant, RUN)).result).toEqual(result);
});

test("makes it anew when the log has other events in the places of those it holds", async () => {
  const file = `${served.nats.dataFolder}/other.db`;
  const soon = () => AbortSignal.timeout(20_000);
  const { position } = served.gateway.hub;
  const before = readModelOn(served, file);
  expect(await before.reached(position, soon())).toBe(true);
  await before.close();
  // As if the newest one had been lost after it was read, and its sequence given to another.
  const db = new Database(file);
  const newest = "sequence = (SELECT max(sequence) FROM events)";
  const bytes = db.prepare<[], Buffer>(`SELECT bytes FROM events WHERE ${newest}`).pluck().get();
  const event = JSON.parse(String(bytes)) as EventEnvelope;
  const other = { ...event, occurredAt: "1999-01-01T00:00:00.000Z" };
  db.prepare(`UPDATE events SET bytes = ? WHERE ${newest}`).run(Buffer.from(JSON.stringify(other)));
  db.exec("DELETE FROM states");
  db.close();
  const after = readModelOn(served, file);
  const wanted = foldEvents(event.scope, await eventsOf(event.scope));
  await until("it is as the log is", async () => {
    const answer = await after.state(served.gateway.tenant, event.scope).catch(() => undefined);
    return isDeepStrictEqual(answer?.result, wanted);
  });
});

test.each([
  [
    "deleted",
    (file: string) => {
      rmSync(file);
    },
  ],
  [
    "overwritten",
    (file: string) => {
      truncateSync(file, 0);
      appendFileSync(file, "x".repeat(100_000));
    },
  ],
])("makes it anew when its file is %s under way, and events go on meanwhile", async (_, damage) => {
  const file = `${served.nats.dataFolder}/damaged.db`;
  const soon = () => AbortSignal.timeout(40_000);
  const readModel = readModelOn(served, file);
  expect(await readModel.reached(served.gateway.hub.position, soon())).toBe(true);
  damage(file);
  const over = AbortSignal.timeout(40_000);
  const hasBegunAnew = async () => {
    await append(served.url, "runs/r-2", [{ type: "test.noted", payload: {} }]);
    return (
      readModel.status.trouble !== undefined ||
      readModel.status.position < served.gateway.hub.position - 5
    );
  };
  while (!over.aborted && !(await hasBegunAnew()))
    await new Promise((resolve) => setTimeout(resolve, 100));
  expect(await readModel.reached(served.gateway.hub.position, soon())).toBe(true);
  const events = await eventsOf("runs/r-2");
  const wanted = foldEvents("runs/r-2", events);
  const { result } = await until("the answer is whole", async () => {
    const answer = await readModel.state(served.gateway.tenant, "runs/r-2").catch(() => undefined);
    return answer?.result?.events === wanted.events ? answer : undefined;
  });
  expect(result).toEqual(wanted);
});

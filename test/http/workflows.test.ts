import { afterAll, beforeAll, expect, test } from "vitest";
import type { RunSummary } from "../../src/projections/run-summary.js";
import type { Stats } from "../../src/readmodel/workflow-stats.js";
import type { Problem } from "../../src/wire/problem.js";
import { startGateway, type TestGateway } from "../fixtures/gateway.js";
import { append, getJson, post } from "./requests.js";

let served: TestGateway;
let newest = "";
beforeAll(async () => {
  served = await startGateway({ readModel: { isOn: true } });
  const error = { code: "exit-nonzero", message: "It gave up.", retryable: false };
  const message = { at: "2026-03-01T09:30:00.000Z", level: "info", message: "hello" };
  for (const [i, durationMs] of [10, 20, 30, 1000].entries()) {
    await append(served.url, `runs/d-${i}`, [
      { type: "run.created", payload: { workflowId: "deploy" } },
      { type: "log.appended", payload: { entries: [message] } },
      durationMs === 1000
        ? { type: "run.failed", payload: { durationMs, error } }
        : { type: "run.completed", payload: { durationMs } },
    ]);
  }
  await append(served.url, "runs/n-1/jobs/a", [
    { type: "job.started", payload: { jobType: "shell", attempt: 1 } },
  ]);
  const [last] = await append(served.url, "runs/n-1", [
    { type: "run.created", payload: { workflowId: "nightly" } },
  ]);
  newest = last?.cursor ?? "";
});
afterAll(() => served.stop());

const get = <Body>(path: string) =>
  getJson<Body>(`${served.url}/v1/${path}${path.includes("?") ? "&" : "?"}consistent=${newest}`);

test("the newest run of a workflow, with its log and what that adds up to", async () => {
  interface Latest {
    run: RunSummary;
    executionId: string;
    others?: RunSummary[];
  }
  const { status, body } = await get<Latest>("workflows/deploy/runs/latest");
  expect(status).toBe(200);
  expect(body).toMatchObject({
    run: { runId: "d-3", status: "failed" },
    executionId: "d-3",
    logs: [{ message: "hello", scope: "runs/d-3" }],
    totalCount: 1,
    summary: { scope: "runs/d-3", entries: 1 },
  });
  expect(body.others).toBeUndefined();
  const all = await get<Latest>("workflows/deploy/runs/latest?all=1");
  expect(all.body.others?.map(({ runId }) => runId)).toEqual(["d-2", "d-1", "d-0"]);
  const none = await get<Problem>("workflows/unknown/runs/latest");
  expect([none.status, none.body.code]).toEqual([404, "not-found"]);
});

test("runs are counted by workflow", async () => {
  const { status, body } = await get<Stats & { since: string; until: string }>("stats");
  expect(status).toBe(200);
  expect(Date.parse(body.until) - Date.parse(body.since)).toBe(24 * 60 * 60 * 1000);
  expect(body.isCut).toBe(false);
  expect(body.workflows).toMatchObject([
    {
      workflowId: "deploy",
      runs: 4,
      byStatus: { completed: 3, failed: 1, running: 0 },
      durationMs: { p50: 20, p95: 1000 },
      errorRate: 0.25,
    },
    {
      workflowId: "nightly",
      runs: 1,
      byStatus: { created: 1 },
      durationMs: { p50: null, p95: null },
      errorRate: null,
    },
  ]);
  const [deploy, nightly] = body.workflows;
  expect(deploy?.eventsPerMinute).toBeCloseTo(12 / (24 * 60));
  expect(nightly?.eventsPerMinute).toBeCloseTo(2 / (24 * 60));
  const past = await get<Stats>("stats?since=2001-01-01&until=2002-01-01");
  expect(past.body.workflows).toEqual([]);
  const one = await get<Stats>("stats?workflowId=nightly");
  expect(one.body.workflows).toHaveLength(1);
});

test("the runs of one workflow are counted by parts of the time, and listed", async () => {
  const at = (n: number) => new Date(Date.parse("2026-03-01T00:00:00Z") + n).toISOString();
  const run = async (name: string, occurredAt: string, durationMs: number) =>
    append(served.url, `runs/${name}`, [
      { type: "run.created", payload: { workflowId: "parts" }, occurredAt },
      { type: "run.completed", payload: { durationMs }, occurredAt },
    ]);
  await run("p-0", at(0), 10);
  await run("p-1", at(3333), 20);
  await run("p-2", at(3334), 40);
  const [, last] = await run("p-3", at(9999), 30);
  const range = "since=2026-03-01T00:00:00Z&until=2026-03-01T00:00:10Z";
  const { status, body } = await getJson<Stats>(
    `${served.url}/v1/stats?workflowId=parts&${range}&buckets=3&points=3&consistent=${last?.cursor}`,
  );
  expect(status).toBe(200);
  const [parts] = body.workflows;
  expect(parts?.buckets).toMatchObject([
    { since: at(0), until: at(3333), runs: 1, durationMs: { p50: 10, p95: 10 }, errorRate: 0 },
    { since: at(3333), until: at(6667), runs: 2, durationMs: { p50: 20, p95: 40 } },
    { since: at(6667), until: at(10_000), runs: 1, byStatus: { completed: 1, failed: 0 } },
  ]);
  expect(parts?.points).toEqual([
    { scope: "runs/p-3", status: "completed", createdAt: at(9999), durationMs: 30 },
    { scope: "runs/p-2", status: "completed", createdAt: at(3334), durationMs: 40 },
    { scope: "runs/p-1", status: "completed", createdAt: at(3333), durationMs: 20 },
  ]);
  // More parts than milliseconds: each run is still in one.
  const fine = await getJson<Stats>(
    `${served.url}/v1/stats?workflowId=parts&since=${at(3330)}&until=${at(3340)}&buckets=200`,
  );
  const counts = fine.body.workflows[0]?.buckets?.map(({ runs }) => runs) ?? [];
  expect(counts).toHaveLength(200);
  expect(counts.reduce((sum, count) => sum + count, 0)).toBe(2);
});

test.each([
  ["stats?buckets=10", "/query/buckets"],
  ["stats?points=10", "/query/points"],
  ["stats?workflowId=deploy&buckets=0", "/query/buckets"],
  ["stats?workflowId=deploy&points=1001", "/query/points"],
  ["stats?since=yesterday", "/query/since"],
  ["stats?since=2002-01-01&until=2001-01-01", "/query/since"],
  ["stats?workflowId=", "/query/workflowId"],
  ["workflows/deploy/runs/latest?limit=0", "/query/limit"],
  ["workflows/deploy/runs/latest?all=maybe", "/query/all"],
])("%s is a problem that names the parameter", async (path, pointer) => {
  const { status, body } = await get<Problem>(path);
  expect([status, body.pointer]).toEqual([400, pointer]);
});

test("the read model is made anew on demand, and answers as before", async () => {
  const before = await get<Stats>("stats?workflowId=deploy&until=2100-01-01&since=2000-01-01");
  const { status, body } = await post(`${served.url}/v1/reindex`, {});
  expect([status, body]).toEqual([202, { outcome: "begun" }]);
  const after = await get<Stats>("stats?workflowId=deploy&until=2100-01-01&since=2000-01-01");
  expect(after.body).toEqual(before.body);
});

import { afterAll, beforeAll, expect, test } from "vitest";
import type { DraftResult, StoredResult } from "../../src/http/append/result.js";
import type { Problem } from "../../src/wire/problem.js";
import { startGateway, type TestGateway } from "../fixtures/gateway.js";
import { append, draft, getJson, newRun, post } from "./requests.js";

let served: TestGateway;
beforeAll(async () => {
  served = await startGateway();
});
afterAll(() => served.stop());

const eventsOf = (path: string) => `${served.url}/v1/${path}/events`;

test("stores a draft and tells its place", async () => {
  const run = newRun();
  const { status, body } = await post<StoredResult>(eventsOf(run), draft(1, { id: "event-0001" }));
  expect(status).toBe(201);
  expect(body).toMatchObject({ outcome: "appended", id: "event-0001", index: 1 });
  expect(body.cursor).toBe(`${body.sequence}.${served.gateway.log.epoch}`);
  expect(body.hash).toMatch(/^sha256:[0-9a-f]{64}$/);

  const page = await getJson<{ events: { event: Record<string, unknown> }[] }>(eventsOf(run));
  expect(page.body.events[0]?.event).toMatchObject({
    hash: body.hash,
    scope: run,
    payload: { n: 1 },
  });
});

test("answers a draft that is stored already with the place of the first", async () => {
  const run = newRun();
  const first = await post<StoredResult>(eventsOf(run), draft(1, { id: "event-0001" }));
  await post(eventsOf(run), draft(2));
  const second = await post<StoredResult>(eventsOf(run), draft(1, { id: "event-0001" }));
  expect(second.status).toBe(200);
  expect(second.body).toEqual({ ...first.body, outcome: "duplicate" });
});

test("refuses the id of an event with other content", async () => {
  const run = newRun();
  await post(eventsOf(run), draft(1, { id: "event-0001" }));
  const { status, body } = await post<Problem>(eventsOf(run), draft(2, { id: "event-0001" }));
  expect(status).toBe(409);
  expect(body).toMatchObject({ code: "id-reused", currentIndex: 1 });
});

test("refuses a draft that expects another index, and names the index", async () => {
  const run = newRun();
  await append(served.url, run, [draft(1), draft(2)]);
  const { status, headers, body } = await post<Problem>(
    eventsOf(run),
    draft(3, { expect: { index: 1 } }),
  );
  expect(status).toBe(409);
  expect(headers.get("content-type")).toContain("application/problem+json");
  expect(body).toMatchObject({ code: "conflict", status: 409, currentIndex: 2 });
  const right = await post(eventsOf(run), draft(3, { expect: { index: 2 } }));
  expect(right.status).toBe(201);
});

test("refuses what comes after the end of a run, below it too", async () => {
  const run = newRun();
  await append(served.url, run, [{ type: "run.completed", payload: { durationMs: 5 } }]);
  for (const path of [run, `${run}/jobs/late`]) {
    const { status, body } = await post<Problem>(eventsOf(path), draft(1));
    expect(status).toBe(409);
    expect(body.code).toBe("scope-closed");
  }
});

test("takes scopes of three pairs, and ids that are percent-encoded", async () => {
  const run = newRun();
  const encoded = `${run}/pack-runs/${encodeURIComponent("p:1@x")}/jobs/${encodeURIComponent("a=b+c~")}`;
  const { status } = await post(eventsOf(encoded), draft(1));
  expect(status).toBe(201);
  const page = await getJson<{ events: { event: { scope: string } }[] }>(eventsOf(run));
  expect(page.body.events[0]?.event.scope).toBe(`${run}/pack-runs/p:1@x/jobs/a=b+c~`);
});

test("gives each draft of an array its own result, in order", async () => {
  const run = newRun();
  const { status, body } = await post<DraftResult[]>(eventsOf(run), [
    draft(1),
    { type: "run.started", payload: {} },
    draft(2, { expect: { index: 9 } }),
    "not a draft",
    draft(3),
  ]);
  expect(status).toBe(200);
  expect(body.map(({ outcome }) => outcome)).toEqual([
    "appended",
    "invalid",
    "conflict",
    "invalid",
    "appended",
  ]);
  expect(body[1]).toMatchObject({
    problem: { code: "invalid-event", status: 422, pointer: "/payload/workflowId" },
  });
  expect(body[2]).toMatchObject({ problem: { code: "conflict", currentIndex: 1 } });
  expect(body[4]).toMatchObject({ index: 2 });
});

test("stores all drafts of an atomic array", async () => {
  const run = newRun();
  const drafts = Array.from({ length: 1000 }, (_, i) => draft(i));
  const { status, body } = await post<StoredResult[]>(`${eventsOf(run)}?atomic=1`, drafts);
  expect(status).toBe(200);
  expect(body.map(({ index }) => index)).toEqual(drafts.map((_, i) => i + 1));
});

test("stores nothing of an atomic array when one draft is refused", async () => {
  const run = newRun();
  const atomic = `${eventsOf(run)}?atomic=1`;
  for (const bad of [
    draft(2, { expect: { index: 7 } }),
    { type: "run.bogus", payload: {} },
    draft(2, { scope: "runs/another" }),
  ]) {
    const { body } = await post<DraftResult[]>(atomic, [draft(1), bad, draft(3)]);
    expect(body.map(({ outcome }) => outcome)).toEqual([
      "not-applied",
      expect.stringMatching(/^(?:conflict|invalid)$/) as string,
      "not-applied",
    ]);
  }
  const page = await getJson(eventsOf(run));
  expect(page.body).toMatchObject({ events: [] });
});

test("takes 1,000 drafts in an array and no more", async () => {
  const drafts = Array.from({ length: 1001 }, (_, i) => draft(i));
  const { status, body } = await post<Problem>(eventsOf(newRun()), drafts);
  expect(status).toBe(413);
  expect(body.detail).toContain("1000");
  expect((await post(eventsOf(newRun()), [])).body).toEqual([]);
});

test("appends to many scopes in one request", async () => {
  const [one, two] = [newRun(), newRun()];
  const { body } = await post<DraftResult[]>(`${served.url}/v1/events`, [
    draft(1, { scope: one }),
    draft(1, { scope: `${two}/jobs/j` }),
    draft(2, { scope: one }),
    draft(1),
    draft(1, { scope: "runs/a.b" }),
    draft(1, { scope: 7 }),
    5,
  ]);
  expect(body.slice(0, 3)).toMatchObject([{ index: 1 }, { index: 1 }, { index: 2 }]);
  for (const result of body.slice(3, 6)) {
    expect(result).toMatchObject({
      outcome: "invalid",
      problem: { code: "invalid-event", pointer: "/scope" },
    });
  }
  expect(body[6]).toMatchObject({ outcome: "invalid", problem: { pointer: "" } });
});

test("refuses a draft whose scope is not that of the address", async () => {
  const run = newRun();
  const wrong = await post<Problem>(eventsOf(run), draft(1, { scope: `${run}/jobs/j` }));
  expect(wrong).toMatchObject({ status: 422, body: { pointer: "/scope" } });
  const right = await post(eventsOf(run), draft(1, { scope: run }));
  expect(right.status).toBe(201);
});

import { parse } from "csv-parse/sync";
import { afterAll, beforeAll, expect, test } from "vitest";
import { matcherOf } from "../../src/coordinator/matcher.js";
import type { EventEnvelope } from "../../src/envelope/envelope.js";
import { parseFilter } from "../../src/wire/event-filter.js";
import type { Problem } from "../../src/wire/problem.js";
import { recordOf } from "../readmodel/records.js";
import { startGateway, type TestGateway } from "../fixtures/gateway.js";
import { append, getJson } from "./requests.js";

interface Page {
  events: { sequence: number; cursor: string; event: EventEnvelope }[];
  next: string;
  caughtUp: boolean;
}

const AT = "2026-03-01T09:30:00.000Z";
const LEVELS = ["debug", "info", "warning", "error"];

let served: TestGateway;
let consistent = "";
beforeAll(async () => {
  served = await startGateway({ readModel: { isOn: true } });
  for (let i = 0; i < 60; i++) {
    const scope = `runs/r-${i % 3}/jobs/j-${i % 2}`;
    const entries = Array.from({ length: 1 + (i % 4) }, (_, n) => ({
      at: AT,
      level: LEVELS[(i * 3 + n) % 4],
      category: (i + n) % 5 === 0 ? "business" : "technical",
      isMilestone: (i + n) % 7 === 0,
      message: `line ${n} of ${i}`,
    }));
    const [last] = await append(served.url, scope, [
      { type: "log.appended", payload: { entries }, correlationId: `c-${i % 4}` },
      { type: "job.progress", payload: { percentage: i, message: `at step ${i}` } },
      { type: "deploy.step", payload: { note: "=1+1" }, correlationId: "c-1" },
    ]).then((results) => results.slice(-1));
    consistent = last?.cursor ?? "";
  }
});
afterAll(() => served.stop());

const get = <Body = Page>(path: string) =>
  getJson<Body>(
    `${served.url}/v1/${path}${path.includes("?") ? "&" : "?"}consistent=${consistent}`,
  );

async function allPages(path: string, query: string, order: string): Promise<Page["events"]> {
  const found: Page["events"] = [];
  let from = "";
  for (;;) {
    const { body } = await get(`${path}events?order=${order}&limit=7&${query}${from}`);
    found.push(...body.events);
    if (body.caughtUp) return found;
    from = `&${order === "asc" ? "after" : "before"}=${body.next}`;
  }
}

test.each([
  "type=job.*",
  "type=deploy.step,log.*",
  "type=nothing.*",
  "level=warning",
  "level=debug",
  "category=business&milestone=1",
  "category=technical&level=error",
  "correlationId=c-1",
  "correlationId=c-1&type=log.*&level=error",
  "correlationId=unknown",
])("pages with %s have the events that meet it, from either end", async (query) => {
  const filter = parseFilter(Object.fromEntries(new URLSearchParams(query)));
  const matcher = filter && matcherOf(filter);
  // Until the index has all of it.
  await get(`runs?limit=1`);
  for (const path of ["", "runs/r-1/", "runs/r-2/jobs/j-0/", "correlations/c-1/"]) {
    const all = await allPages(path, "", "asc");
    const expected = all.filter((placed) => matcher?.matches(recordOf(placed)));
    const sequences = expected.map(({ sequence }) => sequence);
    const of = (events: Page["events"]) => events.map(({ sequence }) => sequence);
    expect(of(await allPages(path, query, "asc"))).toEqual(sequences);
    expect(of(await allPages(path, query, "desc"))).toEqual(sequences.toReversed());
  }
});

test("words are found in log entries and in what other events say", async () => {
  const sequencesOf = async (path: string, query: string) =>
    (await allPages(path, query, "asc")).map(({ event }) => [event.scope, event.type]);
  expect(await sequencesOf("", "q=%22of 17%22")).toEqual([["runs/r-2/jobs/j-1", "log.appended"]]);
  expect(await sequencesOf("", "q=%22step 17%22")).toEqual([["runs/r-2/jobs/j-1", "job.progress"]]);
  expect(await sequencesOf("runs/r-1/", "q=17")).toEqual([]);
  expect(await sequencesOf("", "q=17&type=log.*")).toHaveLength(1);
  expect((await allPages("", "q=step", "desc")).length).toBe(60);
  const { status, body } = await get<Problem>("events?q=%22open");
  expect([status, body.pointer]).toEqual([400, "/query/q"]);
});

test("events come as a table, and as a file of lines", async () => {
  const response = await fetch(
    `${served.url}/v1/runs/r-1/events?format=csv&type=deploy.*&consistent=${consistent}`,
  );
  expect(response.headers.get("content-disposition")).toBe('attachment; filename="r-1-events.csv"');
  const rows = parse<Record<string, string>>(await response.text(), { columns: true });
  expect(rows).toHaveLength(20);
  expect(rows[0]).toMatchObject({
    type: "deploy.step",
    payload: '{"note":"=1+1"}',
    causationId: "",
  });
  const lines = await (await fetch(`${served.url}/v1/runs/r-1/events?format=ndjson&q=step`)).text();
  expect(lines.trimEnd().split("\n")).toHaveLength(20);
  const refused = await get<Problem>("events?format=csv&limit=3");
  expect([refused.status, refused.body.pointer]).toEqual([400, "/query/limit"]);
});

test("without a read model nothing can be searched, and everything else can be read", async () => {
  const other = await startGateway();
  await append(other.url, "runs/r-1", [{ type: "deploy.step", payload: {} }]);
  const { status, body } = await getJson<Problem>(`${other.url}/v1/events?q=step`);
  expect([status, body.code]).toEqual([503, "unavailable"]);
  expect((await getJson<Page>(`${other.url}/v1/events?type=deploy.*`)).body.events).toHaveLength(1);
  await other.stop();
});

test("a table of events has every member, and no cell that a spreadsheet takes for a formula", async () => {
  const payload = { note: "=1+1" };
  const odd = "=cmd|' /C calc'!A0";
  const [stored] = await append(served.url, "runs/table", [
    {
      type: "deploy.step",
      payload,
      correlationId: "@SUM(1)",
      source: odd,
      actor: { subject: "ana" },
      traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    },
  ]);
  const response = await fetch(`${served.url}/v1/correlations/%40SUM(1)/events`, {
    headers: { accept: "text/csv" },
  });
  expect(response.headers.get("content-type")).toBe("text/csv; charset=utf-8");
  expect(response.headers.get("content-disposition")).toBe(
    'attachment; filename="correlations__SUM_1_-events.csv"',
  );
  const [row] = parse<Record<string, string>>(await response.text(), { columns: true });
  const [{ event, ...place } = {}] = (
    await getJson<{ events: (Record<string, unknown> & { event: Record<string, unknown> })[] }>(
      `${served.url}/v1/runs/table/events`,
    )
  ).body.events;
  expect(Object.keys(row ?? {}).toSorted()).toEqual(
    [...Object.keys(place), ...Object.keys(event ?? {}), "causationId"].toSorted(),
  );
  expect(row).toMatchObject({
    sequence: String(stored?.sequence),
    correlationId: "'@SUM(1)",
    source: `'${odd}`,
    actor: '{"subject":"ana"}',
    payload: JSON.stringify(payload),
    hash: stored?.hash,
    v: "1",
  });
  const everything = await fetch(`${served.url}/v1/events?format=csv`, { method: "HEAD" });
  expect(everything.headers.get("content-disposition")).toBe('attachment; filename="events.csv"');
});

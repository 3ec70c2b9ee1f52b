import { parse } from "csv-parse/sync";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Problem } from "../../src/wire/problem.js";
import { startGateway, type TestGateway } from "../fixtures/gateway.js";
import { until } from "../fixtures/until.js";
import { append, connectTo, getJson } from "./requests.js";

interface Line {
  cursor: string;
  sequence: number;
  entry: number;
  scope: string;
  level: string;
  message: string;
  snippet?: { text: string; matches: [number, number][] };
}
interface Logs {
  executionId: string | null;
  logs: Line[];
  totalCount: number;
  totalIsExact: boolean;
  pagination: { limit: number; offset: number; hasMore: boolean; next: string | null };
}

const RUN = "runs/r-1";
const AT = "2026-03-01T09:30:00.000Z";

let served: TestGateway;
let newest = "";
beforeAll(async () => {
  served = await startGateway({ readModel: { isOn: true } });
  for (const [job, entries] of Object.entries({
    build: [
      { at: AT, level: "info", message: "compiling" },
      { at: AT, level: "warning", message: "cache miss", stream: "stderr" },
      { at: AT, level: "error", message: "=cmd|' /C calc'!A0", nodeId: "link" },
    ],
    test: [
      { at: AT, level: "INFO", message: 'said "hi",\r\nthen left', isMilestone: true },
      { at: AT, level: "info", message: "connection refused", category: "business" },
    ],
  })) {
    await append(served.url, `${RUN}/jobs/${job}`, [
      { type: "job.started", payload: { jobType: "shell", attempt: 1 } },
      { type: "log.appended", payload: { entries } },
    ]);
  }
  const [last] = await append(served.url, "runs/r-2", [
    {
      type: "log.appended",
      correlationId: "r-1",
      payload: { entries: [{ at: AT, level: "debug", message: "the connection is back" }] },
    },
  ]);
  newest = last?.cursor ?? "";
});
afterAll(() => served.stop());

const get = <Body = Logs>(path: string) =>
  getJson<Body>(`${served.url}/v1/${path}${path.includes("?") ? "&" : "?"}consistent=${newest}`);
const messages = async (path: string) => (await get(path)).body.logs.map(({ message }) => message);
const ALL = [
  ...["compiling", "cache miss", "=cmd|' /C calc'!A0"],
  ...['said "hi",\r\nthen left', "connection refused"],
];

test("the log entries of a run and everything below it, each by itself", async () => {
  const { status, headers, body } = await get(`${RUN}/logs`);
  expect(status).toBe(200);
  expect(headers.get("x-runtrail-as-of")).toBe(newest);
  expect(body).toMatchObject({ executionId: "r-1", totalCount: 5, totalIsExact: true });
  expect(body.logs.map(({ message }) => message)).toEqual(ALL);
  expect(body.logs[1]).toMatchObject({
    scope: `${RUN}/jobs/build`,
    entry: 1,
    at: AT,
    level: "warning",
    stream: "stderr",
    category: "technical",
    displayPriority: 5,
    isMilestone: false,
    nodeId: null,
    correlationId: "r-1",
  });
});

test("pages go on where the one before ended, in either order", async () => {
  for (const order of ["asc", "desc"]) {
    const found: string[] = [];
    let after = "";
    for (;;) {
      const { body } = await get(`${RUN}/logs?order=${order}&limit=2${after}`);
      found.push(...body.logs.map(({ message }) => message));
      if (!body.pagination.hasMore) break;
      after = `&after=${body.pagination.next ?? ""}`;
    }
    expect(found).toEqual(order === "asc" ? ALL : ALL.toReversed());
  }
  expect(await messages(`${RUN}/logs?offset=3`)).toEqual(ALL.slice(3));
  const { body } = await get(`${RUN}/logs?limit=2`);
  // Behind a whole event, by the event's cursor.
  expect(await messages(`${RUN}/logs?after=${body.logs[0]?.sequence ?? 0}`)).toEqual(ALL.slice(3));
});

test.each([
  ["level=warning", ["cache miss", "=cmd|' /C calc'!A0"]],
  ["level=WARN&stream=stderr", ["cache miss"]],
  ["category=business", ["connection refused"]],
  ["milestone=1", ['said "hi",\r\nthen left']],
  ["nodeId=link", ["=cmd|' /C calc'!A0"]],
  ["minPriority=6", []],
  ["since=2000-01-01&until=2001-01-01", []],
  ["since=2000-01-01", ALL],
  ["q=connection", ["connection refused"]],
  ["q=miss OR refused", ["cache miss", "connection refused"]],
])("only those with %s", async (filter, expected) => {
  expect(await messages(`${RUN}/logs?${filter.replaceAll(" ", "%20")}`)).toEqual(expected);
});

test("a search goes across runs, and shows what it found", async () => {
  const { body } = await get("logs?q=connection&order=desc");
  expect(body.executionId).toBeNull();
  expect(body.logs.map(({ scope, snippet }) => [scope, snippet])).toEqual([
    ["runs/r-2", { text: "the connection is back", matches: [[4, 14]] }],
    [`${RUN}/jobs/test`, { text: "connection refused", matches: [[0, 10]] }],
  ]);
  expect(await messages("correlations/r-1/logs?q=connection")).toEqual([
    "connection refused",
    "the connection is back",
  ]);
  expect(await messages("logs?q=jobType")).toEqual([]);
});

test.each([
  ["limit=0", "/query/limit"],
  ["limit=10001", "/query/limit"],
  ["limit=-1", "/query/limit"],
  ["offset=-1", "/query/offset"],
  ["level=loud", "/query/level"],
  ["since=yesterday", "/query/since"],
  ["until=2026-13-01", "/query/until"],
  ["minPriority=7&maxPriority=6", "/query/maxPriority"],
  ["stream=stdin", "/query/stream"],
  ["q=", "/query/q"],
  ["q=%22open", "/query/q"],
  ["q=-only", "/query/q"],
  [`q=${"x".repeat(513)}`, "/query/q"],
  ["nodeId=", "/query/nodeId"],
  ["format=xls", "/query/format"],
  ["format=csv&limit=3", "/query/limit"],
  ["after=1-1001.abc", "/query/after"],
  ["after=3-0.elsewhere", "/query/after"],
  ["after=x", "/query/after"],
])("%s is a problem that names the parameter", async (query, pointer) => {
  const { status, body } = await get<Problem>(`${RUN}/logs?${query}`);
  expect([status, body.pointer]).toEqual([400, pointer]);
});

test("a table has no cell that begins a formula, and every text in it can be read back", async () => {
  const response = await fetch(`${served.url}/v1/${RUN}/logs?format=csv&consistent=${newest}`);
  expect(response.headers.get("content-type")).toBe("text/csv; charset=utf-8");
  expect(response.headers.get("content-disposition")).toBe('attachment; filename="r-1-logs.csv"');
  const text = await response.text();
  const rows = parse<Record<string, string>>(text, { columns: true });
  expect(rows.map(({ message }) => message)).toEqual(
    ALL.map((message) => (message.startsWith("=") ? `'${message}` : message)),
  );
  expect(rows[1]).toMatchObject({ level: "warning", isMilestone: "false", nodeId: "" });
  expect(text.endsWith("\r\n")).toBe(true);
});

test("lines come as NDJSON and as plain text too", async () => {
  const url = `${served.url}/v1/${RUN}/logs?level=warning&consistent=${newest}`;
  const ndjson = await fetch(url, { headers: { accept: "application/x-ndjson" } });
  expect(ndjson.headers.get("content-disposition")).toContain("r-1-logs.ndjson");
  const lines = (await ndjson.text()).trimEnd().split("\n");
  expect(lines.map((line) => (JSON.parse(line) as Line).message)).toEqual(ALL.slice(1, 3));
  const text = await (await fetch(`${url}&format=txt`)).text();
  expect(text.split("\n")).toEqual([
    `${AT} WARNING  cache miss`,
    `${AT} ERROR    =cmd|' /C calc'!A0`,
    "",
  ]);
});

test("an export has every line however many there are, and ends with its reader", async () => {
  const entries = Array.from({ length: 1000 }, (_, i) => ({
    at: AT,
    level: "info",
    message: `line ${i} ${"x".repeat(800)}`,
  }));
  const events = Array.from({ length: 4 }, () => ({ type: "log.appended", payload: { entries } }));
  const stored = [];
  for (const event of events) stored.push(...(await append(served.url, "runs/long", [event])));
  const consistent = `consistent=${stored.at(-1)?.cursor ?? ""}`;
  const response = await fetch(`${served.url}/v1/runs/long/logs?format=ndjson&${consistent}`);
  const lines = (await response.text()).trimEnd().split("\n");
  expect(lines.map((line) => (JSON.parse(line) as Line).message.split(" ", 2)[1])).toEqual(
    events.flatMap(() => entries.map((_, i) => `${i}`)),
  );

  const socket = await connectTo(served.url);
  socket.write(`GET /v1/runs/long/logs?format=csv HTTP/1.1\r\nhost: x\r\n\r\n`);
  await new Promise((resolve) => socket.once("data", resolve));
  socket.destroy();
  expect((await get("runs/long/logs?limit=1")).status).toBe(200);
});

test("what is not answered in time is 503, and says when to ask again", async () => {
  // A thousand lines are more than a millisecond's work.
  const readModel = { isOn: true, answerMs: 1 };
  const hurried = await startGateway(
    { nodeId: "hurried", readModel, seal: { isOn: false } },
    served.nats,
  );
  const entries = Array.from({ length: 1000 }, () => ({ at: AT, level: "info", message: "line" }));
  const long = [{ type: "log.appended", payload: { entries } }];
  const [stored] = await append(hurried.url, "runs/late", long);
  const consistent = `consistent=${stored?.cursor ?? ""}`;
  const { headers, body } = await until("one is late", async () => {
    const answer = await getJson<Problem>(
      `${hurried.url}/v1/runs/late/logs?limit=1000&${consistent}`,
    );
    return answer.status === 200 ? undefined : answer;
  });
  expect(body).toMatchObject({ status: 503, code: "unavailable", retryAfterMs: 1000 });
  expect(headers.get("retry-after")).toBe("1");
  const metrics = await (await fetch(`${hurried.url}/metrics`)).text();
  expect(metrics).toMatch(/^runtrail_read_model_late_answers_total [1-9]/m);
  await hurried.stop();
});

test("the summary of a run's logs", async () => {
  const { status, body } = await get<object>(`${RUN}/logs/summary`);
  expect(status).toBe(200);
  expect(body).toMatchObject({
    scope: RUN,
    entries: 5,
    byLevel: { info: 3, warning: 1, error: 1 },
    byStream: { stderr: 1, none: 4 },
    byType: { "job.started": 2, "log.appended": 2 },
    byNode: [{ nodeId: "link" }],
    milestones: [{ message: 'said "hi",\r\nthen left' }],
  });
  expect((await get<Problem>("runs/none/logs/summary")).body.code).toBe("not-found");
});

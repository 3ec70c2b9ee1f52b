import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Problem } from "../../src/wire/problem.js";
import { startGateway, type TestGateway } from "../fixtures/gateway.js";
import { append, getJson, newRun, post } from "./requests.js";
import { isControl, openStream, readUntil, type Block } from "./sse-reader.js";

let served: TestGateway;
beforeAll(async () => {
  // So small that most of what is read comes from the log.
  served = await startGateway({ ringBytes: 100_000 });
});
afterAll(() => served.stop());

interface Page {
  events: { event: { index: number; type: string } }[];
  next: string;
  caughtUp: boolean;
}

const entry = (level: string, more: object = {}) => ({
  at: "2026-03-01T09:30:00.000Z",
  level,
  message: "m",
  ...more,
});
const log = (...entries: object[]) => ({ type: "log.appended", payload: { entries } });

/** One event each; the comment is its index. */
const DRAFTS = [
  { type: "run.started", payload: { workflowId: "w" } }, // 1
  log(entry("debug"), entry("info")), // 2
  log(entry("info"), entry("error")), // 3
  log(entry("warning", { category: "business" })), // 4
  log(entry("info", { category: "business", isMilestone: true })), // 5
  log(entry("error", { isMilestone: true }), entry("info", { category: "business" })), // 6
  { type: "deploy.step", payload: {}, correlationId: "order/7" }, // 7
  { type: "deploy.done", payload: {} }, // 8
];

const CASES: [query: string, indices: number[]][] = [
  ["", [1, 2, 3, 4, 5, 6, 7, 8]],
  ["type=deploy.step", [7]],
  ["type=deploy.*", [7, 8]],
  ["type=deploy.*,run.started", [1, 7, 8]],
  ["type=*", [1, 2, 3, 4, 5, 6, 7, 8]],
  // The dot is a dot.
  ["type=deployxstep", []],
  ["level=warning", [3, 4, 6]],
  ["level=WARN", [3, 4, 6]],
  ["level=trace", [2, 3, 4, 5, 6]],
  ["category=business", [4, 5, 6]],
  ["category=technical", [2, 3, 6]],
  ["milestone=1", [5, 6]],
  ["milestone=0", [1, 2, 3, 4, 5, 6, 7, 8]],
  // One entry must meet all of it: the milestone of 6 is technical.
  ["milestone=1&category=business", [5]],
  ["level=error&category=business", []],
  ["correlationId=order/7", [7]],
  ["type=deploy.*&correlationId=order/7", [7]],
];

/** What a reader of a stream gets up to `caught-up`. */
async function streamed(path: string, query: string): Promise<Block[]> {
  const stream = await openStream(`${served.url}/v1/${path}/stream?${query}`);
  const blocks = await readUntil(stream.blocks, isControl("caught-up"));
  stream.leave();
  return blocks;
}

function indicesIn(blocks: readonly Block[]): number[] {
  return blocks
    .filter(({ event }) => event?.startsWith("stream.") !== true)
    .map(({ data }) => (JSON.parse(data) as { index: number }).index);
}

test.each(CASES)("?%s lets through %j, on every transport", async (query, indices) => {
  const run = newRun();
  await append(served.url, run, DRAFTS);
  const address = `${served.url}/v1/${run}`;
  expect(indicesIn(await streamed(run, query))).toEqual(indices);

  for (const order of ["asc", "desc"]) {
    const { body } = await getJson<Page>(`${address}/events?order=${order}&${query}`);
    const got = body.events.map(({ event }) => event.index);
    expect(order === "asc" ? got : got.reverse()).toEqual(indices);
    expect(body.caughtUp).toBe(true);
  }
  const polled = await getJson<Page>(`${address}/poll?timeoutMs=0&${query}`);
  expect(polled.body.events.map(({ event }) => event.index)).toEqual(indices);

  const download = await fetch(`${address}/events?${query}`, {
    headers: { accept: "application/x-ndjson" },
  });
  const lines = (await download.text()).split("\n").filter((line) => line !== "");
  expect(
    lines.map((line) => (JSON.parse(line) as { event: { index: number } }).event.index),
  ).toEqual(indices);
});

test.each([
  ["type=", "type"],
  ["type=Job.*", "type"],
  ["type=a.b%00", "type"],
  [`type=${"a.b,".repeat(40)}a.b`, "type"],
  ["type=a.b&type=c.d", "type"],
  ["level=loud", "level"],
  ["category=private", "category"],
  ["milestone=2", "milestone"],
  ["correlationId=", "correlationId"],
  ["correlationId=a%20b", "correlationId"],
])("refuses ?%s and says which parameter is to blame", async (query, parameter) => {
  for (const resource of ["stream", "events", "poll"]) {
    const { status, body } = await getJson<Problem>(`${served.url}/v1/runs/r/${resource}?${query}`);
    expect({ status, code: body.code, pointer: body.pointer }).toEqual({
      status: 400,
      code: "bad-parameter",
      pointer: `/query/${parameter}`,
    });
  }
});

describe("a reader whom a filter lets hardly anything through to", () => {
  const step = (n: number) => ({ type: "deploy.step", payload: { n } });

  test("is told its position while history is passed over, and goes on from there", async () => {
    const run = newRun();
    const many = Array.from({ length: 1000 }, (_, n) => step(n));
    for (let batch = 0; batch < 5; batch++) await append(served.url, run, many);
    await append(served.url, run, [{ type: "deploy.done", payload: {} }]);
    const blocks = await streamed(run, "type=deploy.done");
    expect(indicesIn(blocks)).toEqual([5001]);
    const checkpoints = blocks.filter(({ event }) => event === "stream.checkpoint");
    expect(checkpoints.length).toBeGreaterThanOrEqual(3);
    // Each position follows the one before it.
    const positions = blocks.flatMap(({ id }) => (id === undefined ? [] : [parseInt(id)]));
    expect(positions).toEqual(positions.toSorted((a, b) => a - b));
  });

  test("is told its position while new events are passed over", async () => {
    const run = newRun();
    const stream = await openStream(`${served.url}/v1/${run}/stream?type=deploy.done`);
    await readUntil(stream.blocks, isControl("caught-up"));
    await append(
      served.url,
      run,
      Array.from({ length: 1000 }, (_, n) => step(n)),
    );
    const [checkpoint] = await readUntil(stream.blocks, isControl("checkpoint"));
    stream.leave();
    const passed = await getJson<Page>(
      `${served.url}/v1/${run}/events?after=${checkpoint?.id ?? ""}`,
    );
    expect(passed.body.events).toEqual([]);
  });

  test("is told its position after a while although only few are passed over", async () => {
    const run = newRun();
    const stream = await openStream(`${served.url}/v1/${run}/stream?type=deploy.done`);
    await readUntil(stream.blocks, isControl("caught-up"));
    const [stored] = await append(served.url, run, [step(1)]);
    const [checkpoint] = await readUntil(stream.blocks, isControl("checkpoint"));
    stream.leave();
    expect(parseInt(checkpoint?.id ?? "")).toBeGreaterThanOrEqual(stored?.sequence ?? Infinity);
  });

  test("gets a page that says how far it was looked for, rather than wait for all of the log", async () => {
    const run = newRun();
    const lines = Array.from({ length: 1000 }, (_, n) => JSON.stringify(step(n))).join("\n");
    for (let batch = 0; batch < 110; batch++) {
      await post(`${served.url}/v1/${run}/events`, lines, {
        "content-type": "application/x-ndjson",
      }).catch(() => undefined);
    }
    await append(served.url, run, [{ type: "deploy.done", payload: {} }]);
    const address = `${served.url}/v1/${run}/events?type=deploy.done&limit=10`;
    const { body: first } = await getJson<Page>(address);
    expect(first).toMatchObject({ events: [], caughtUp: false });
    const { body: second } = await getJson<Page>(`${address}&after=${first.next}`);
    expect(second.events.map(({ event }) => event.index)).toEqual([110_001]);
    expect(second.caughtUp).toBe(true);
  });
});

describe("a correlation's timeline", () => {
  test("holds its events of all scopes, in the order of the log, then and now", async () => {
    const [one, two] = [newRun(), newRun()];
    const id = `order/${one.slice(5)}`;
    const path = `correlations/${encodeURIComponent(id)}`;
    const of = (scope: string, n: number, correlationId = id) => ({
      scope,
      type: "deploy.step",
      payload: { n },
      correlationId,
    });
    await post(`${served.url}/v1/events`, [
      of(one, 1),
      of(two, 2),
      of(one, 3, "other"),
      of(one, 4),
    ]);
    const stream = await openStream(`${served.url}/v1/${path}/stream`);
    const history = await readUntil(stream.blocks, isControl("caught-up"));
    const numbers = (blocks: readonly Block[]) =>
      blocks
        .filter(({ event }) => event === "deploy.step")
        .map(({ data }) => (JSON.parse(data) as { payload: { n: number } }).payload.n);
    expect(numbers(history)).toEqual([1, 2, 4]);

    await post(`${served.url}/v1/events`, [of(two, 5, "other"), of(two, 6), of(one, 7)]);
    const live = await readUntil(stream.blocks, ({ data }) => data.includes('"n":7'));
    expect(numbers(live)).toEqual([6, 7]);
    stream.leave();

    const found: unknown[] = [];
    for (let after = "0"; ;) {
      const { body } = await getJson<Page>(`${served.url}/v1/${path}/events?after=${after}`);
      found.push(...body.events);
      if (body.caughtUp) break;
      after = body.next;
    }
    expect(found).toHaveLength(5);
  });

  test("can be read only, and its id is checked", async () => {
    const posted = await post<Problem>(`${served.url}/v1/correlations/c/events`, {});
    expect(posted.status).toBe(405);
    const bad = await getJson<Problem>(`${served.url}/v1/correlations/a%20b/events`);
    expect(bad).toMatchObject({ status: 400, body: { code: "bad-scope" } });
  });
});

import { afterAll, beforeAll, expect, test } from "vitest";
import type { DraftResult } from "../../src/http/append/result.js";
import type { Problem } from "../../src/wire/problem.js";
import { startGateway, type TestGateway } from "../fixtures/gateway.js";
import { draft, getJson, newRun, post, postLines, type Answer } from "./requests.js";

let served: TestGateway;
beforeAll(async () => {
  served = await startGateway();
  // What is compiled when it is first needed is not what is measured here.
  await post(addressOf(newRun()), { type: "run.started", payload: { workflowId: "w" } });
  await post(addressOf(newRun()), "{");
});
afterAll(() => served.stop());

const addressOf = (path: string) => `${served.url}/v1/${path}/events`;
const nested = (depth: number, open = '{"a":', close = "}") =>
  `${open.repeat(depth)}1${close.repeat(depth)}`;
const withPayload = (json: string) => `{"type":"deploy.step","payload":${json}}`;

/** Each with the problem it is, and where. */
const HOSTILE: [what: string, body: string | Uint8Array, expected: Partial<Problem>][] = [
  ["cut off", '{"type":"deploy.step"', { code: "malformed-json", status: 400 }],
  ["nothing", "", { code: "malformed-json", status: 400 }],
  ["NaN", withPayload('{"a":NaN}'), { code: "malformed-json", status: 400 }],
  ["a comment", withPayload('{"a":1 /* one */}'), { code: "malformed-json" }],
  ["a single quote", withPayload("{'a':1}"), { code: "malformed-json" }],
  ["a NUL", withPayload('{"a":"\0"}'), { code: "malformed-json" }],
  ["no UTF-8", Buffer.from([0x22, 0xc3, 0x28, 0x22]), { code: "malformed-json", status: 400 }],
  ["UTF-16", Buffer.from(withPayload("{}"), "utf16le"), { code: "malformed-json" }],
  ["a number", "1", { code: "invalid-event", status: 422, pointer: "" }],
  ["null", "null", { code: "invalid-event", status: 422, pointer: "" }],
  ["1e400", withPayload('{"a":[1,1e400]}'), { code: "invalid-event", pointer: "/payload/a/1" }],
  ["-0", withPayload('{"a":-0}'), { code: "invalid-event", pointer: "/payload/a" }],
  [
    "an integer that loses digits",
    withPayload('{"a":9007199254740993}'),
    { code: "invalid-event", pointer: "/payload/a" },
  ],
  ["a lone surrogate", withPayload('{"a":"\\ud800"}'), { pointer: "/payload/a" }],
  ["a lone surrogate in a key", withPayload('{"\\udc00":1}'), { pointer: "/payload" }],
  [
    "objects 100,000 deep",
    withPayload(nested(100_000)),
    { code: "invalid-event", status: 422, pointer: `/payload${"/a".repeat(63)}` },
  ],
  [
    "arrays 100,000 deep",
    withPayload(`{"a":${nested(100_000, "[", "]")}}`),
    { code: "invalid-event", status: 422, pointer: `/payload/a${"/0".repeat(62)}` },
  ],
  ["nothing but opening brackets", '{"a":'.repeat(200_000), { code: "malformed-json" }],
  [
    "an unknown member",
    '{"type":"deploy.step","payload":{},"playload":{}}',
    { code: "invalid-event", pointer: "/playload" },
  ],
  [
    "__proto__ beside the payload",
    '{"type":"deploy.step","payload":{},"__proto__":{"admin":true}}',
    { code: "invalid-event", pointer: "/__proto__" },
  ],
  [
    "an unknown type of a reserved family",
    '{"type":"run.exploded","payload":{}}',
    { code: "unknown-type", status: 422, pointer: "/type" },
  ],
  ["a type that is none", '{"type":"Deploy Step","payload":{}}', { pointer: "/type" }],
  ["no payload", '{"type":"deploy.step"}', { code: "invalid-event", pointer: "/payload" }],
  [
    "a draft of 10 MB",
    withPayload(`{"a":"${"x".repeat(1e7)}"}`),
    { code: "too-large", status: 413 },
  ],
];

test.each(HOSTILE)("refuses %s at once, and stores nothing", async (_what, body, expected) => {
  const run = newRun();
  const startedMs = performance.now();
  const answer: Answer<Problem> = await post<Problem>(addressOf(run), body);
  const ms = performance.now() - startedMs;
  expect(answer.body).toMatchObject(expected);
  expect(answer.status).toBe(answer.body.status);
  expect(answer.headers.get("content-type")).toContain("application/problem+json");
  expect(ms).toBeLessThan(1000);
  expect((await getJson(addressOf(run))).body).toMatchObject({ events: [] });
  expect((await post(addressOf(run), draft(1))).status).toBe(201);
});

test("stores the other drafts of a request with hostile ones", async () => {
  const hostile = HOSTILE.map(([, body]) => body).filter(
    (body): body is string => typeof body === "string" && body !== "" && body.length < 1e6,
  );
  const run = newRun();
  const lines = hostile.flatMap((body) => [body, JSON.stringify(draft(0))]);
  const results = await postLines(addressOf(run), lines.join("\n"));
  expect(results.map(({ outcome }) => outcome)).toEqual(
    hostile.flatMap(() => ["invalid", "appended"]),
  );

  const values = hostile.filter((body) => isJson(body) && body !== "null");
  const array = `[${values.flatMap((body) => [body, JSON.stringify(draft(0))]).join()}]`;
  const { body } = await post<DraftResult[]>(addressOf(newRun()), array);
  expect(body.map(({ outcome }) => outcome)).toEqual(values.flatMap(() => ["invalid", "appended"]));
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

test("says where malformed JSON breaks", async () => {
  const body = '{\n  "type": "deploy.step",\n  "payload": {"a" 1}\n}';
  const answer = await post<Problem>(addressOf(newRun()), body);
  expect(answer.body.detail).toContain("line 3, column 19");
});

test("stores __proto__ and constructor in a payload as the data they are", async () => {
  const run = newRun();
  const payload = '{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}';
  for (const body of [withPayload(payload), `[${withPayload(payload)}]`]) {
    expect((await post(addressOf(run), body)).status).toBeLessThan(300);
  }
  const text = await (await fetch(addressOf(run))).text();
  expect(text).toContain(
    '"payload":{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}',
  );
  expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
});

test("measures each draft of a large array by itself", async () => {
  const run = newRun();
  const text = (length: number) =>
    JSON.stringify(draft(0, { payload: { text: "x".repeat(length) } }));
  const array = `[${[text(900_000), text(1_200_000), text(10), text(900_000)].join()}]`;
  const { body } = await post<DraftResult[]>(addressOf(run), array);
  expect(body).toMatchObject([
    { outcome: "appended" },
    { outcome: "invalid", problem: { code: "too-large" } },
    { outcome: "appended" },
    { outcome: "appended" },
  ]);
});

test("stores nothing of a large array that is no JSON", async () => {
  const run = newRun();
  const large = JSON.stringify(draft(0, { payload: { text: "x".repeat(900_000) } }));
  for (const array of [`[${large},${large},{]`, `[${large},${large},`, `[${large},${large},]`]) {
    const { status, body } = await post<Problem>(addressOf(run), array);
    expect({ status, code: body.code }).toEqual({ status: 400, code: "malformed-json" });
  }
  expect((await getJson(addressOf(run))).body).toMatchObject({ events: [] });
});

test("keeps answering others while 16 MiB of brackets are looked at", async () => {
  const half = 8 * 1024 * 1024 - 10;
  const flood = post<DraftResult[]>(addressOf(newRun()), "[".repeat(half) + "]".repeat(half));
  const waits: number[] = [];
  const over = flood.then(() => true);
  while (!(await Promise.race([over, Promise.resolve(false)]))) {
    const startedMs = performance.now();
    await fetch(`${served.url}/healthz`).then((response) => response.text());
    waits.push(performance.now() - startedMs);
  }
  expect((await flood).body).toMatchObject([{ problem: { code: "too-large" } }]);
  expect(Math.max(...waits)).toBeLessThan(1500);
});

test("refuses an array of more than 16 MiB before it is there", async () => {
  const body = `[${" ".repeat(17 * 1024 * 1024)}]`;
  const { status } = await post<Problem>(addressOf(newRun()), body);
  expect(status).toBe(413);
});

import { afterAll, beforeAll, expect, test } from "vitest";
import type { Problem } from "../../src/wire/problem.js";
import { startGateway, type TestGateway } from "../fixtures/gateway.js";
import { append, draft, getJson, newRun } from "./requests.js";

let served: TestGateway;
beforeAll(async () => {
  served = await startGateway();
});
afterAll(() => served.stop());

interface Page {
  events: { cursor: string; event: { index: number } }[];
  next: string;
  previous: string;
  caughtUp: boolean;
  ended?: boolean;
  gap?: { reason: string };
}

async function poll(run: string, query = "", url = served.url) {
  const { status, body } = await getJson<Page>(`${url}/v1/${run}/poll?${query}`);
  expect(status).toBe(200);
  return body;
}
const indicesOf = ({ events }: Page) => events.map(({ event }) => event.index);

test("answers at once with what is there, page after page", async () => {
  const run = newRun();
  await append(
    served.url,
    run,
    [1, 2, 3, 4, 5].map((n) => draft(n)),
  );
  const first = await poll(run, "limit=2");
  expect(indicesOf(first)).toEqual([1, 2]);
  expect(first.caughtUp).toBe(false);
  const second = await poll(run, `limit=2&after=${first.next}`);
  expect(indicesOf(second)).toEqual([3, 4]);
  const third = await poll(run, `limit=2&after=${second.next}`);
  expect(indicesOf(third)).toEqual([5]);
  expect(third.caughtUp).toBe(true);
});

test("waits for the next event, also of a scope that has none yet", async () => {
  const run = newRun();
  const waiting = poll(run, "timeoutMs=30000");
  await append(served.url, run, [draft(1)]);
  const first = await waiting;
  expect(indicesOf(first)).toEqual([1]);
  const again = poll(run, `timeoutMs=30000&after=${first.next}`);
  await append(served.url, run, [draft(2)]);
  expect(indicesOf(await again)).toEqual([2]);
});

test("answers with an empty page that is good to go on from when the time is up", async () => {
  const run = newRun();
  const empty = await poll(run, "timeoutMs=50");
  expect(empty).toMatchObject({ events: [], caughtUp: true });
  await append(served.url, run, [draft(1)]);
  expect(indicesOf(await poll(run, `after=${empty.next}`))).toEqual([1]);
});

test("loses and repeats nothing of what is appended between two polls", async () => {
  const run = newRun();
  const seen: number[] = [];
  let after = "";
  const publish = (async () => {
    for (let n = 1; n <= 200; n++) await append(served.url, run, [draft(n)]);
  })();
  while (seen.at(-1) !== 200) {
    const page = await poll(run, `limit=7&timeoutMs=20${after}`);
    seen.push(...indicesOf(page));
    after = `&after=${page.next}`;
  }
  await publish;
  expect(indicesOf(await poll(run, `timeoutMs=0${after}`))).toEqual([]);
  expect(seen).toEqual(Array.from({ length: 200 }, (_, i) => i + 1));
});

test("tells that a scope has ended, so that nobody polls it for ever", async () => {
  const run = newRun();
  await append(served.url, run, [draft(1), { type: "run.completed", payload: { durationMs: 1 } }]);
  const last = await poll(run);
  expect(indicesOf(last)).toEqual([1, 2]);
  const after = await poll(run, `timeoutMs=30000&after=${last.next}`);
  expect(after).toMatchObject({ events: [], caughtUp: true, ended: true });
  const again = await poll(run, `timeoutMs=30000&after=${after.next}`);
  expect(again).toMatchObject({ events: [], caughtUp: true, ended: true });
});

test("tells of a gap, and refuses a cursor beyond the end", async () => {
  const run = newRun();
  await append(served.url, run, [draft(1)]);
  const gap = await poll(run, "after=1.elsewhere");
  expect(gap.gap).toMatchObject({ reason: "epoch" });
  expect(indicesOf(gap)).toEqual([1]);
  const ahead = await getJson<Problem>(`${served.url}/v1/${run}/poll?after=999999`);
  expect(ahead).toMatchObject({ status: 400, body: { code: "cursor-ahead" } });
});

test.each([
  ["limit=0", "limit"],
  ["limit=1001", "limit"],
  ["timeoutMs=30001", "timeoutMs"],
  ["timeoutMs=-1", "timeoutMs"],
])("refuses ?%s", async (query, parameter) => {
  const { status, body } = await getJson<Problem>(`${served.url}/v1/runs/r/poll?${query}`);
  expect(status).toBe(400);
  expect(body).toMatchObject({ code: "bad-parameter", pointer: `/query/${parameter}` });
});

test("counts as a stream, and says when to come back where there are too many", async () => {
  const { url } = await served.serve({ maxStreams: 1 });
  const run = newRun();
  const held = poll(run, "timeoutMs=30000", url);
  await expect
    .poll(async () => (await fetch(`${url}/v1/${run}/poll?timeoutMs=0`)).status)
    .toBe(429);
  await append(served.url, run, [draft(1)]);
  await held;
  expect(indicesOf(await poll(run, "", url))).toEqual([1]);
});

test("answers those who wait when the server stops", async () => {
  const { url, http } = await served.serve();
  const run = newRun();
  await append(served.url, run, [draft(1)]);
  const { next } = await poll(run, "", url);
  const waiting = poll(run, `timeoutMs=30000&after=${next}`, url);
  // It has been taken in when another one is answered behind it.
  await poll(run, "", url);
  await http.close();
  expect(await waiting).toMatchObject({ events: [], next });
});

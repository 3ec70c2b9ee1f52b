import { afterAll, beforeAll, expect, test } from "vitest";
import { parseEnvelope } from "../../src/envelope/parse.js";
import type { Problem } from "../../src/wire/problem.js";
import { startGateway, type TestGateway } from "../fixtures/gateway.js";
import { append, draft, getJson, newRun, post } from "./requests.js";

interface Page {
  events: { sequence: number; cursor: string; recordedAt: string; event: { index: number } }[];
  next: string;
  previous: string;
  caughtUp: boolean;
  gap?: Record<string, unknown>;
}

let served: TestGateway;
beforeAll(async () => {
  served = await startGateway({ ringBytes: 50_000 });
});
afterAll(() => served.stop());

const read = async (path: string, query = "") =>
  (await getJson<Page>(`${served.url}/v1/${path}/events${query}`)).body;
const indicesOf = ({ events }: Page) => events.map(({ event }) => event.index);
const upTo = (n: number, from = 1) => Array.from({ length: n - from + 1 }, (_, i) => from + i);

/** A run with events 1 to `count`, among those of another one. */
async function runOf(count: number): Promise<string> {
  const [run, other] = [newRun(), newRun()];
  const drafts = Array.from({ length: count }, (_, i) => [
    draft(i, { scope: run }),
    draft(i, { scope: other }),
  ]);
  await post(`${served.url}/v1/events`, drafts.flat());
  return run;
}

test("goes through a run page by page", async () => {
  const run = await runOf(25);
  const seen: number[] = [];
  let query = "?limit=10";
  for (let pages = 1; ; pages++) {
    const page = await read(run, query);
    seen.push(...indicesOf(page));
    expect(page.caughtUp).toBe(pages === 3);
    query = `?limit=10&after=${page.next}`;
    if (page.caughtUp) break;
  }
  expect(seen).toEqual(upTo(25));

  const beyond = await read(run, query);
  expect(beyond).toMatchObject({ events: [], caughtUp: true });
  await append(served.url, run, [draft(26)]);
  expect(indicesOf(await read(run, `?after=${beyond.next}`))).toEqual([26]);
  expect(indicesOf(await read(run, `?limit=3&before=${beyond.previous}`))).toEqual([23, 24, 25]);
});

test("goes back from a page, and back to the newest with order=desc", async () => {
  const run = await runOf(25);
  const second = await read(run, `?limit=10&after=${(await read(run, "?limit=10")).next}`);
  const first = await read(run, `?limit=10&before=${second.previous}`);
  expect(indicesOf(first)).toEqual(upTo(10));
  expect(first.caughtUp).toBe(false);

  const seen: number[] = [];
  let query = "?limit=10&order=desc";
  for (;;) {
    const page = await read(run, query);
    seen.push(...indicesOf(page));
    if (page.caughtUp) break;
    query = `?limit=10&order=desc&before=${page.next}`;
  }
  expect(seen).toEqual(upTo(25).reverse());

  const middle = await read(run, `?limit=5&order=desc&before=${second.next}`);
  expect(indicesOf(middle)).toEqual([19, 18, 17, 16, 15]);
  expect(indicesOf(await read(run, `?limit=2&order=desc&after=${middle.previous}`))).toEqual([
    21, 20,
  ]);
});

test("finds the newest events of a run that lie far back in the log", async () => {
  const run = await runOf(5);
  for (let i = 0; i < 6; i++) {
    await append(
      served.url,
      newRun(),
      Array.from({ length: 1000 }, (_, n) => draft(n)),
    );
  }
  const page = await read(run, "?limit=3&order=desc");
  expect(indicesOf(page)).toEqual([5, 4, 3]);
  expect(page.caughtUp).toBe(false);
  expect((await read(run, "?limit=5&order=desc")).caughtUp).toBe(true);
});

test("gives each event as the bytes that are stored", async () => {
  const run = newRun();
  const payload = { text: "ünï ✓ \u2028", nested: [{ b: 1, a: [true, null, 1.5e-7] }] };
  const [stored] = await append(served.url, run, [draft(1, { payload })]);
  const text = await (await fetch(`${served.url}/v1/${run}/events`)).text();
  const bytes = text.slice(text.indexOf('"event":') + '"event":'.length, text.indexOf('}],"next"'));
  const envelope = parseEnvelope(Buffer.from(bytes));
  expect(envelope).toMatchObject({ hash: stored?.hash, payload });

  const { recordedAt, sequence, cursor } = (await read(run)).events[0] ?? {};
  expect({ sequence, cursor }).toEqual({ sequence: stored?.sequence, cursor: stored?.cursor });
  expect(new Date(recordedAt ?? "").toISOString()).toBe(recordedAt);
});

test("holds the events of every scope below, and those of the tenant in the order of the log", async () => {
  const run = newRun();
  await append(served.url, `${run}/jobs/a`, [draft(1)]);
  await append(served.url, `${run}/pack-runs/p/jobs/b`, [draft(1)]);
  await append(served.url, run, [draft(1)]);
  expect((await read(run)).events).toHaveLength(3);
  expect((await read(`${run}/pack-runs/p`)).events).toHaveLength(1);
  const { body } = await getJson<Page>(`${served.url}/v1/events?limit=1000`);
  const sequences = body.events.map(({ sequence }) => sequence);
  expect(sequences).toEqual(upTo(sequences.length, sequences[0]).slice(0, sequences.length));
});

test("gives an empty page for a scope that has no events yet", async () => {
  const run = newRun();
  const page = await read(run);
  expect(page).toMatchObject({ events: [], caughtUp: true });
  await append(served.url, run, [draft(1)]);
  expect(indicesOf(await read(run, `?after=${page.next}`))).toEqual([1]);
});

test("makes a page of large events shorter than its limit", async () => {
  const run = newRun();
  for (let i = 0; i < 12; i++) {
    await append(served.url, run, [draft(i, { payload: { text: "x".repeat(1_000_000) } })]);
  }
  const first = await read(run);
  expect(indicesOf(first)).toEqual(upTo(8));
  expect(first.caughtUp).toBe(false);
  const second = await read(run, `?after=${first.next}`);
  expect(indicesOf(second)).toEqual(upTo(12, 9));
  expect(second.caughtUp).toBe(true);
  expect(indicesOf(await read(run, "?order=desc"))).toEqual(upTo(12, 5).reverse());
});

test.each([
  ["?after=1&before=2", "bad-parameter", "/query/before"],
  ["?limit=0", "bad-parameter", "/query/limit"],
  ["?limit=1001", "bad-parameter", "/query/limit"],
  ["?limit=abc", "bad-parameter", "/query/limit"],
  ["?limit=1e2", "bad-parameter", "/query/limit"],
  ["?limit=5&limit=6", "bad-parameter", "/query/limit"],
  ["?order=sideways", "bad-parameter", "/query/order"],
  ["?after=", "bad-cursor", "/query/after"],
  ["?after=-1", "bad-cursor", "/query/after"],
  ["?after=1.2.3", "bad-cursor", "/query/after"],
  ["?after=1%00", "bad-cursor", "/query/after"],
  [`?after=${"9".repeat(400)}`, "bad-cursor", "/query/after"],
  ["?before=x", "bad-cursor", "/query/before"],
])("refuses %s with %s", async (query, code, pointer) => {
  const { status, body } = await getJson<Problem>(`${served.url}/v1/${newRun()}/events${query}`);
  expect({ status, code: body.code, pointer: body.pointer }).toEqual({
    status: 400,
    code,
    pointer,
  });
});

test("refuses a cursor beyond the end of the log", async () => {
  for (const query of ["?after=999999999", "?before=999999999"]) {
    const { body } = await getJson<Problem>(`${served.url}/v1/${newRun()}/events${query}`);
    expect(body.code).toBe("cursor-ahead");
  }
});

test("begins anew, and says so, for a cursor of another epoch", async () => {
  const run = await runOf(3);
  const page = await read(run, "?after=5.zzzzzz");
  expect(indicesOf(page)).toEqual([1, 2, 3]);
  expect(page.gap).toMatchObject({ reason: "epoch", requested: "5.zzzzzz" });
  const before = await read(run, "?limit=2&before=5.zzzzzz");
  expect(indicesOf(before)).toEqual([2, 3]);
  expect(before.gap).toMatchObject({ reason: "epoch" });
});

test("says what has been trimmed", async () => {
  const run = await runOf(10);
  const page = await read(run);
  const fifth = page.events[4]?.sequence ?? 0;
  // Pushes the run out of the ring, which would still have it all.
  await append(
    served.url,
    newRun(),
    Array.from({ length: 200 }, (_, n) => draft(n)),
  );
  const { jsm, stream } = served.gateway.log;
  await jsm.streams.purge(stream, { seq: fifth + 1 });

  const rest = await read(run, `?after=${page.events[1]?.cursor ?? ""}`);
  expect(indicesOf(rest)).toEqual(upTo(10, 6));
  expect(rest.gap).toMatchObject({
    reason: "retention",
    firstAvailable: fifth + 1,
    lost: [{ scope: run, toIndex: 5 }],
  });
  expect((await read(run, `?after=${rest.next}`)).gap).toBeUndefined();
});

test("streams everything after a cursor as one record a line", async () => {
  const run = await runOf(400);
  const page = await read(run, "?limit=1000");
  const accept = "application/x-ndjson";
  const response = await fetch(
    `${served.url}/v1/${run}/events?after=${page.events[9]?.cursor ?? ""}`,
    {
      headers: { accept },
    },
  );
  expect(response.headers.get("content-type")).toBe(accept);
  const lines = (await response.text()).trimEnd().split("\n");
  expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(page.events.slice(10));

  const empty = await fetch(`${served.url}/v1/${newRun()}/events`, { headers: { accept } });
  expect(await empty.text()).toBe("");
  const refused = await getJson<Problem>(`${served.url}/v1/${run}/events?limit=3`, { accept });
  expect(refused.body).toMatchObject({ code: "bad-parameter", pointer: "/query/limit" });
});

test("tells a download of a gap in a header", async () => {
  const response = await fetch(`${served.url}/v1/${newRun()}/events?after=3.zzzzzz`, {
    headers: { accept: "application/x-ndjson" },
  });
  const gap = JSON.parse(response.headers.get("x-runtrail-gap") ?? "") as unknown;
  expect(gap).toMatchObject({ reason: "epoch", requested: "3.zzzzzz" });
});

test("answers HEAD without a body", async () => {
  const run = await runOf(2);
  const response = await fetch(`${served.url}/v1/${run}/events`, { method: "HEAD" });
  expect(response.status).toBe(200);
  expect(Number(response.headers.get("content-length"))).toBeGreaterThan(100);
});

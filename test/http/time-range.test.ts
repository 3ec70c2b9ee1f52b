import { parse } from "csv-parse/sync";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { exportRecords } from "../../src/client/index.js";
import type { EventEnvelope } from "../../src/envelope/envelope.js";
import type { Problem } from "../../src/wire/problem.js";
import { startGateway, type TestGateway } from "../fixtures/gateway.js";
import { append, draft, getJson, newRun } from "./requests.js";

interface Placed {
  sequence: number;
  cursor: string;
  recordedAt: string;
  event: EventEnvelope;
}
interface Page {
  events: Placed[];
  next: string;
  caughtUp: boolean;
  gap?: Record<string, unknown>;
}

/** Two gateways on one log, the one with a read model and the other without; neither holds much in memory. */
let indexed: TestGateway;
let plain: TestGateway;
const [run, other] = [newRun(), newRun()];
beforeAll(async () => {
  indexed = await startGateway({ ringBytes: 20_000, readModel: { isOn: true } });
  plain = await startGateway({ ringBytes: 20_000, nodeId: "plain" }, indexed.nats);
  // One after the other, so that they are recorded at different times.
  for (let i = 0; i < 30; i++) {
    await append(indexed.url, `${run}/jobs/j-${i % 3}`, [
      draft(i, { correlationId: `c-${i % 2}` }),
    ]);
    await append(indexed.url, other, [draft(i), draft(i)]);
  }
  const last = (await all(plain, "", "")).at(-1)?.sequence ?? 0;
  const soon = AbortSignal.timeout(30_000);
  expect(await indexed.gateway.readModel?.reached(last, soon)).toBe(true);
});
afterAll(async () => {
  await plain.stop();
  await indexed.stop();
});

/** All pages, in the order in which they come. */
async function all({ url }: TestGateway, path: string, query: string): Promise<Placed[]> {
  const order = query.includes("order=desc") ? "before" : "after";
  const found: Placed[] = [];
  let from = "";
  for (;;) {
    const { body } = await getJson<Page>(`${url}/v1/${path}events?limit=7&${query}${from}`);
    found.push(...body.events);
    if (body.caughtUp) return found;
    from = `&${order}=${body.next}`;
  }
}

/** Times that divide what there is, with what there is between them. */
function rangesOf(events: readonly Placed[]): [query: string, expected: Placed[]][] {
  const at = (share: number) => events[Math.floor(events.length * share)]?.recordedAt ?? "";
  const [early, late] = [at(0.3), at(0.7)];
  const from = ({ recordedAt }: Placed) => recordedAt >= early;
  const to = ({ recordedAt }: Placed) => recordedAt < late;
  return [
    [`since=${early}`, events.filter(from)],
    [`until=${late}`, events.filter(to)],
    [`since=${early}&until=${late}`, events.filter((event) => from(event) && to(event))],
    ["since=2000-01-01&until=2100-01-01", [...events]],
    ["until=2000-01-01", []],
    ["since=2100-01-01", []],
  ];
}

describe.each(["with a read model", "without one"])("%s", (kind) => {
  const served = () => (kind === "without one" ? plain : indexed);

  test("pages have the events that were recorded within a time, from either end", async () => {
    for (const path of ["", `${run}/`, `${run}/jobs/j-1/`, "correlations/c-1/"]) {
      const events = await all(served(), path, "");
      expect(events.length).toBeGreaterThanOrEqual(10);
      for (const [query, expected] of rangesOf(events)) {
        expect(await all(served(), path, query), `${path} ${query}`).toEqual(expected);
        const down = await all(served(), path, `${query}&order=desc`);
        expect(down, `${path} ${query} down`).toEqual(expected.toReversed());
      }
    }
  });

  test("a time goes together with cursors, filters and the other order", async () => {
    const events = await all(served(), `${run}/`, "");
    const [, , third, fourth] = events;
    const since = `since=${third?.recordedAt ?? ""}`;
    const get = async (query: string) =>
      (await getJson<Page>(`${served().url}/v1/${run}/events?${query}`)).body;
    const indices = (page: Page) => page.events.map(({ event }) => event.payload["n"]);
    expect(indices(await get(`${since}&limit=2&after=${events[0]?.cursor ?? ""}`))).toEqual([2, 3]);
    expect(indices(await get(`${since}&limit=2&after=${fourth?.cursor ?? ""}`))).toEqual([4, 5]);
    expect(indices(await get(`${since}&limit=9&before=${fourth?.cursor ?? ""}`))).toEqual([2]);
    expect(indices(await get(`${since}&type=deploy.*&correlationId=c-1&limit=2`))).toEqual([3, 5]);
    const elsewhere = await get(`${since}&limit=1&after=1.elsewhere`);
    expect(indices(elsewhere)).toEqual([2]);
    expect(elsewhere.gap).toMatchObject({ reason: "epoch" });
  });

  test("a page that is empty is good to go on from", async () => {
    const { url } = served();
    const fresh = newRun();
    const { body } = await getJson<Page>(`${url}/v1/${fresh}/events?since=2100-01-01`);
    expect(body).toMatchObject({ events: [], caughtUp: true });
    await append(url, fresh, [draft(1)]);
    const { body: later } = await getJson<Page>(`${url}/v1/${fresh}/events?after=${body.next}`);
    expect(later.events).toHaveLength(1);
  });

  test("downloads have the same events", async () => {
    const events = await all(served(), `${run}/`, "");
    for (const [query, expected] of rangesOf(events)) {
      const address = `${served().url}/v1/${run}/events?${query}`;
      const lines = (await (await fetch(`${address}&format=ndjson`)).text()).split("\n");
      expect(lines.slice(0, -1).map((line) => JSON.parse(line) as Placed)).toEqual(expected);
      const csv = await fetch(address, { headers: { accept: "text/csv" } });
      const rows = parse<Record<string, string>>(await csv.text(), { columns: true });
      expect(rows.map(({ cursor }) => cursor)).toEqual(expected.map(({ cursor }) => cursor));
    }
    const until = events[4]?.recordedAt ?? "";
    const exported = [];
    for await (const { sequence } of exportRecords(served(), run, { until }))
      exported.push(sequence);
    expect(exported).toEqual(events.slice(0, 4).map(({ sequence }) => sequence));
  });
});

test("what was trimmed may have been recorded within the time, and is told of where nothing older is left", async () => {
  const events = await all(plain, "", "");
  const ofRun = await all(plain, `${run}/`, "");
  const first = ofRun[5]?.sequence ?? 0;
  const { jsm, stream } = plain.gateway.log;
  await jsm.streams.purge(stream, { seq: first });
  const read = async (since: string) =>
    (await getJson<Page>(`${plain.url}/v1/${run}/events?since=${since}`)).body;
  const whole = await read(events[0]?.recordedAt ?? "");
  expect(whole.gap).toMatchObject({ reason: "retention", firstAvailable: first });
  expect(whole.events[0]).toEqual(ofRun[5]);
  const rest = await read(ofRun[8]?.recordedAt ?? "");
  expect(rest.gap).toBeUndefined();
  expect(rest.events).toEqual(ofRun.slice(8));
});

test.each([
  ["since=yesterday", "since", "such as 2026-03-01T09:30:00Z"],
  ["since=2026-02-30", "since", "must be a time"],
  ["until=2026-03-01T25:00:00Z", "until", "must be a time"],
  ["since=2026-03-01T09:30:00+02:00", "since", "a + is written %2B"],
  ["since=2026-03-02&until=2026-03-01", "since", "must be before until"],
  ["since=2026-03-02&until=2026-03-02", "since", "must be before until"],
])("%s is refused, and why is said", async (query, name, why) => {
  for (const address of [`${run}/events`, `${run}/logs`, "runs", "stats"]) {
    const { status, body } = await getJson<Problem>(`${indexed.url}/v1/${address}?${query}`);
    expect([status, body.code, body.pointer]).toEqual([400, "bad-parameter", `/query/${name}`]);
    expect(body.detail).toContain(why);
  }
});

test.each([
  ["2026-03-01", "2026-03-01T00:00:00.000Z"],
  ["2026-03-01T09:30Z", "2026-03-01T09:30:00.000Z"],
  ["2026-03-01T09:30%2B02:00", "2026-03-01T07:30:00.000Z"],
  ["2026-03-01T09:30:00.123456789-01:30", "2026-03-01T11:00:00.123Z"],
])("%s is a time", async (text, expected) => {
  const { body } = await getJson<{ since: string }>(`${indexed.url}/v1/stats?since=${text}`);
  expect(body.since).toBe(expected);
});

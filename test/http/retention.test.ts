import { afterAll, beforeAll, expect, test } from "vitest";
import { ChainVerifier } from "../../src/audit/verify-chain.js";
import { exportRecords, follow, type ClientFrame } from "../../src/client/index.js";
import { ConfigError, resolveConfig } from "../../src/config.js";
import type { Page } from "../../src/http/read/page.js";
import { readExtent } from "../../src/log/prefix.js";
import { Retention } from "../../src/retention/retention.js";
import { startGateway, type TestGateway } from "../fixtures/gateway.js";
import { until } from "../fixtures/until.js";
import { append, getJson, newRun } from "./requests.js";

let served: TestGateway;
beforeAll(async () => {
  // So small that what is trimmed is not read from memory.
  served = await startGateway({ ringBytes: 1 });
});
afterAll(() => served.stop());

const note = { type: "test.noted", payload: {} };
const end = { type: "run.completed", payload: { durationMs: 1 } };

/** What a gateway does by itself, when trees are published and events are old. */
async function trimThrough(sequence: number): Promise<number> {
  const { log, trimmedHeads } = served.gateway;
  const troubles: unknown[] = [];
  const retention = new Retention(log, trimmedHeads, {
    rules: { ageMs: 0, bytes: undefined, youngestMs: 0, maxScopes: 1000 },
    intervalMs: 5,
    sealedThrough: () => sequence,
    onTrimmed: () => undefined,
    onTrouble: (cause) => troubles.push(cause),
  });
  await until("it is trimmed", async () => (await readExtent(log)).first > sequence);
  await retention.close();
  await append(served.url, newRun(), [note]);
  expect(troubles).toEqual([]);
  return retention.trimmedEvents;
}

async function framesOf(scope: string, after?: string): Promise<ClientFrame[]> {
  const frames: ClientFrame[] = [];
  const options = after === undefined ? ({ from: "start" } as const) : { after };
  for await (const frame of follow(served, scope, options)) frames.push(frame);
  return frames;
}

test("a run of which nothing is left is told as lost, and still ends", async () => {
  const run = newRun();
  const placed = await append(served.url, run, [note, note, end]);
  const first = placed[0];
  const last = placed[2];
  expect(await trimThrough(last?.sequence ?? 0)).toBe(3);

  const [open, gap, ...rest] = await framesOf(run);
  expect(open?.kind).toBe("open");
  expect(gap).toMatchObject({
    kind: "gap",
    reason: "retention",
    lost: [{ scope: run, fromIndex: 1, toIndex: 3 }],
  });
  expect(rest.at(-1)).toMatchObject({
    kind: "end",
    count: 3,
    headHash: last?.hash,
    status: "completed",
  });
  // A reader that has a part is told the rest; one that has all of it, nothing.
  expect((await framesOf(run, first?.cursor))[1]).toMatchObject({
    lost: [{ scope: run, toIndex: 3 }],
  });
  const stream = await fetch(`${served.url}/v1/${run}/stream?after=${last?.cursor ?? ""}`);
  expect(stream.status).toBe(204);
});

test("a run that goes on behind what was trimmed tells exactly what is lost to whom", async () => {
  const run = newRun();
  const placed = await append(served.url, run, [note, note]);
  await trimThrough(placed[1]?.sequence ?? 0);
  const [third] = await append(served.url, run, [note]);
  expect(third?.index).toBe(3);
  const page = async (after: string | undefined) =>
    (await getJson<Page>(`${served.url}/v1/${run}/events${after ? `?after=${after}` : ""}`)).body;
  expect((await page(undefined)).gap?.lost).toEqual([{ scope: run, fromIndex: 1, toIndex: 2 }]);
  expect((await page(placed[0]?.cursor)).gap?.lost).toEqual([{ scope: run, toIndex: 2 }]);
  expect((await page(placed[1]?.cursor)).gap).toBeUndefined();

  const verifier = new ChainVerifier(run);
  for await (const record of exportRecords(served, run)) expect(verifier.check(record)).toEqual([]);
  expect(verifier.summary).toMatchObject({ events: 1, findings: 0, trimmedScopes: 1 });
});

test("a gateway that starts on a log of which nothing is left goes on with its chains", async () => {
  const [run, closed] = [newRun(), newRun()];
  await append(served.url, run, [note, note]);
  const [ended] = await append(served.url, closed, [end]);
  await trimThrough(ended?.sequence ?? 0);
  const other = await startGateway({ nodeId: "other" }, served.nats);
  expect(await append(other.url, run, [note])).toMatchObject([{ index: 3 }]);
  await expect(append(other.url, closed, [note])).rejects.toThrow(/has ended/);
  const metrics = await (await fetch(`${other.url}/metrics`)).text();
  expect(metrics).toMatch(
    new RegExp(`^runtrail_retained_first_sequence ${(ended?.sequence ?? 0) + 1}$`, "m"),
  );
  expect(metrics).toMatch(/^runtrail_trimmed_scopes [1-9]/m);
  expect(metrics).toMatch(/^runtrail_trimmed_scopes_limit 10000000$/m);
  expect(metrics).toMatch(/^runtrail_trimmed_events_total 0$/m);
  await other.stop();
});

test("a gateway trims nothing of what is not sealed", async () => {
  const retention = { ageMs: 1, bytes: 1, maxScopes: 1000 };
  const other = await startGateway({ nodeId: "trimming", retention }, served.nats);
  const [result] = await append(other.url, newRun(), [note]);
  expect(other.gateway.sealedThrough()).toBe(0);
  await other.stop();
  expect((await readExtent(served.gateway.log)).first).toBeLessThanOrEqual(result?.sequence ?? 0);
});

test("retention is set as an age and as a size", () => {
  const { retention } = resolveConfig({
    RUNTRAIL_RETENTION_AGE: "90d",
    RUNTRAIL_RETENTION_BYTES: "50GiB",
  });
  expect(retention).toMatchObject({ ageMs: 90 * 86_400_000, bytes: 50 * 1024 ** 3 });
  expect(resolveConfig({}).retention).toMatchObject({ ageMs: undefined, bytes: undefined });
});

test.each([
  ["RUNTRAIL_RETENTION_AGE", "90"],
  ["RUNTRAIL_RETENTION_AGE", "0d"],
  ["RUNTRAIL_RETENTION_AGE", "9m"],
  ["RUNTRAIL_RETENTION_AGE", "1.5h"],
  ["RUNTRAIL_RETENTION_BYTES", "1000"],
  ["RUNTRAIL_RETENTION_BYTES", "5GB"],
])("%s=%s is refused at start", (name, value) => {
  expect(() => resolveConfig({ [name]: value })).toThrow(ConfigError);
  expect(() => resolveConfig({ [name]: value })).toThrow(name);
});

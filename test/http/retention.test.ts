import { afterAll, beforeAll, expect, test } from "vitest";
import { ChainVerifier } from "../../src/audit/verify-chain.js";
import { exportRecords, follow, type ClientFrame } from "../../src/client/index.js";
import { ConfigError, resolveConfig } from "../../src/config.js";
import type { Page } from "../../src/http/read/page.js";
import { readExtent } from "../../src/log/prefix.js";
import { parseVerifierKey } from "../../src/audit/verifier-key.js";
import { BundleVerifier } from "../../src/audit/verify-bundle.js";
import { trim } from "../../src/retention/trim.js";
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

/** What a gateway does by itself, when events are sealed and old. */
async function trimThrough(sequence: number): Promise<number> {
  const { log, trimmedHeads, sealer } = served.gateway;
  await sealer.sealed(sequence, AbortSignal.timeout(10_000));
  const troubles: unknown[] = [];
  const retention = new Retention(log, trimmedHeads, {
    rules: { ageMs: 0, bytes: undefined, youngestMs: 0, maxScopes: 1000 },
    intervalMs: 5,
    sealed: { through: () => sequence, allowTrim: (through) => sealer.allowTrim(through) },
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

test("nothing is trimmed of what is not sealed, and what is trimmed raises no alarm", async () => {
  const unsealed = await startGateway({ seal: { isOn: false } });
  await append(unsealed.url, newRun(), [note]);
  const { log, trimmedHeads, sealer } = unsealed.gateway;
  const rules = { ageMs: 0, bytes: undefined, youngestMs: 0, maxScopes: 1000 };
  const sealed = {
    through: () => sealer.state.size,
    allowTrim: (through: number) => sealer.allowTrim(through),
  };
  expect(await trim(log, trimmedHeads, rules, sealed)).toBe(0);
  await expect(sealer.allowTrim(1)).rejects.toThrow(RangeError);
  await unsealed.stop();
  expect(served.gateway.sealer.alarms.all).toEqual([]);
});

test("a bundle still proves what has been trimmed", async () => {
  const run = newRun();
  const results = await append(served.url, run, [note, note]);
  await trimThrough(results[1]?.sequence ?? 0);
  await append(served.url, run, [note, end]);
  const lines = (await (await fetch(`${served.url}/v1/${run}/bundle`)).text()).trim().split("\n");
  const verifier = new BundleVerifier({
    keys: served.gateway.sealer.state.keys.map(({ verifierKey }) => parseVerifierKey(verifierKey)),
    remembered: { minSize: 0, checkpoint: undefined },
  });
  const findings = lines.flatMap((line) => verifier.check(Buffer.from(line)));
  const last = verifier.finish();
  expect([...findings, ...last.findings]).toEqual([]);
  expect(last.summary).toMatchObject({
    places: { event: 2, trimmed: 2 },
    incomplete: [{ reason: "trimmed" }],
    receipts: 1,
  });
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

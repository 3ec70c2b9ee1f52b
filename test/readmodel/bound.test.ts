import { expect, onTestFinished, test } from "vitest";
import { ConfigError, resolveConfig } from "../../src/config.js";
import type { Readiness } from "../../src/http/gateway.js";
import { purgeThrough } from "../../src/log/prefix.js";
import type { RunSummary } from "../../src/projections/run-summary.js";
import { startGateway, type TestGateway } from "../fixtures/gateway.js";
import { until } from "../fixtures/until.js";
import { getJson, post } from "../http/requests.js";
import { BOUND, reachBound } from "./reach-bound.js";

/** Longer than the longest pause between two attempts. */
const PATIENCE_MS = 40_000;

let served: TestGateway;
let runs = 0;

const fill = () => reachBound(served, () => `r-${++runs}`);

async function metric(name: string): Promise<number> {
  const text = await (await fetch(`${served.url}/metrics`)).text();
  return Number(new RegExp(`^runtrail_read_model_${name} (\\S+)$`, "m").exec(text)?.[1]);
}

const listed = () => getJson<{ runs: RunSummary[] }>(`${served.url}/v1/runs?limit=1000`);

test("a read model does not outgrow its bound, says so, and goes on when the log is trimmed", async () => {
  served = await startGateway({
    readModel: { isOn: true, bytes: BOUND },
    // Nothing is to notice that the log is trimmed by a test.
    seal: { isOn: false },
  });
  onTestFinished(() => served.stop());
  const { url, gateway } = served;
  await fill();
  const { status, body } = await getJson<Readiness>(`${url}/readyz`);
  expect([status, body.ready, body.readModel?.state]).toEqual([200, true, "bound-reached"]);
  expect(body.readModel?.trouble).toContain("RUNTRAIL_READ_MODEL_BYTES");
  expect(await metric("used_bytes_limit")).toBe(BOUND);
  expect(await metric("used_bytes")).toBeLessThanOrEqual(BOUND);
  expect(await metric("used_bytes")).toBeGreaterThan(BOUND / 2);
  expect(await metric("file_bytes")).toBeGreaterThan(BOUND / 2);
  expect(await metric('state\\{state="bound-reached"\\}')).toBe(1);

  // What is answered says that it is not all, and what it lacks can be read all the same.
  const before = await listed();
  expect(before.headers.get("x-runtrail-trouble")).toBe("bound-reached");
  expect(before.body.runs.length).toBeLessThan(runs);
  const newest = `${url}/v1/runs/r-${runs}/events?limit=1000`;
  expect((await getJson<{ events: unknown[] }>(newest)).body.events).toHaveLength(50);

  // Again and again: it does not creep beyond.
  for (let round = 0; round < 3; round++) {
    await purgeThrough(gateway.log, gateway.readModel?.status.position ?? 0);
    await until(
      "it goes on",
      () => gateway.readModel?.status.position === gateway.hub.position,
      PATIENCE_MS,
    );
    const after = await listed();
    expect(after.headers.get("x-runtrail-trouble")).toBeNull();
    expect(after.body.runs[0]?.runId).toBe(`r-${runs}`);
    await fill();
    expect(await metric("used_bytes")).toBeLessThanOrEqual(BOUND);
  }

  // There is room for another one, so it is made.
  expect((await post(`${url}/v1/reindex`, undefined)).status).toBe(202);
});

test("the bound is a size, 64 MiB or more, and there is none by default", () => {
  const bytesOf = (text?: string) =>
    resolveConfig({ RUNTRAIL_READ_MODEL_BYTES: text }).readModel.bytes;
  expect(bytesOf()).toBeUndefined();
  expect(bytesOf("2GiB")).toBe(2 * 1024 ** 3);
  expect(() => bytesOf("63MiB")).toThrow(ConfigError);
});

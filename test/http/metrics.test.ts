import { afterAll, beforeAll, expect, test } from "vitest";
import { startGateway, type TestGateway } from "../fixtures/gateway.js";
import { append, newRun } from "./requests.js";
import { openStream } from "./sse-reader.js";

let served: TestGateway;
beforeAll(async () => {
  served = await startGateway();
});
afterAll(async () => {
  await served.stop();
});

async function metric(name: string): Promise<number> {
  const text = await (await fetch(`${served.url}/metrics`)).text();
  return Number(new RegExp(`^runtrail_${name} (\\S+)$`, "m").exec(text)?.[1]);
}

test("shows what is in use beside its bound", async () => {
  const run = newRun();
  expect(await metric("streams_open")).toBe(0);
  await append(served.url, run, [{ type: "test.noted", payload: {} }]);
  const stream = await openStream(`${served.url}/v1/${run}/stream`);
  await stream.arrivals.next();
  expect(await metric("streams_open")).toBe(1);
  expect(await metric("streams_limit")).toBeGreaterThan(1);
  expect(await metric("log_position")).toBe(1);
  expect(await metric("ring_events")).toBe(1);
  expect(await metric("commits_total")).toBeGreaterThan(0);
  expect(await metric("appends_pending")).toBe(0);
  expect(await metric("ready")).toBe(1);
});

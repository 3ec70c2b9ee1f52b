import { afterAll, beforeAll, expect, test } from "vitest";
import { resolveConfig } from "../../src/config.js";
import type { Problem } from "../../src/wire/problem.js";
import { startGateway, type TestGateway } from "../fixtures/gateway.js";
import { append, draft, getJson, newRun, post, postLines } from "./requests.js";
import { frameOf, openStream, readAll } from "./sse-reader.js";

let served: TestGateway;
beforeAll(async () => {
  const { publisher } = resolveConfig({});
  served = await startGateway({ publisher: { ...publisher, appendTimeoutMs: 300 } });
});
afterAll(() => served.stop());

/** What happens while nats-server hangs; it goes on afterwards. */
async function whileNatsHangs<T>(happens: () => Promise<T>): Promise<T> {
  const { pid } = served.nats.server;
  process.kill(pid, "SIGSTOP");
  try {
    return await happens();
  } finally {
    process.kill(pid, "SIGCONT");
  }
}

test("answers appends with 503 and Retry-After, and stores each event once when it is back", async () => {
  const run = newRun();
  const address = `${served.url}/v1/${run}/events`;
  const event = draft(1, { id: "event-0001" });
  const [away, lines] = await whileNatsHangs(() =>
    Promise.all([
      post<Problem>(address, event),
      postLines(address, `${JSON.stringify(event)}\n{"bad\n`),
    ]),
  );
  expect(away.status).toBe(503);
  expect(Number(away.headers.get("retry-after"))).toBeGreaterThan(0);
  expect(away.body).toMatchObject({ code: "unavailable" });
  expect(lines).toMatchObject([
    { outcome: "unavailable", problem: { code: "unavailable" } },
    { outcome: "invalid", line: 2 },
  ]);

  await expect.poll(async () => (await post(address, event)).status).toBeLessThan(300);
  const { body } = await getJson<{ events: unknown[] }>(address);
  expect(body.events).toHaveLength(1);
});

test("sends the reader of a stream away for now, in a way that lets an EventSource come back", async () => {
  const run = newRun();
  await append(served.url, run, [draft(1)]);
  const stream = await whileNatsHangs(() => openStream(`${served.url}/v1/${run}/stream?from=1`));
  expect(stream.status).toBe(200);
  const arrivals = await readAll(stream.arrivals);
  expect(arrivals[0]).toMatchObject({ kind: "retry" });
  const blocks = arrivals.filter((arrival) => arrival.kind === "block");
  expect(frameOf(blocks, "error")).toMatchObject({
    problem: { code: "unavailable" },
    retryable: true,
  });
});

test("answers a page when it is back", async () => {
  const run = newRun();
  await append(served.url, run, [draft(1)]);
  const { answer } = await whileNatsHangs(async () => {
    const page = getJson<{ events: unknown[] }>(`${served.url}/v1/${run}/events`);
    // Both are on their way to NATS when this one has given up.
    await post(`${served.url}/v1/${run}/events`, draft(2));
    return { answer: page };
  });
  const { status, body } = await answer;
  expect(status).toBe(200);
  expect(body.events.length).toBeGreaterThan(0);
});

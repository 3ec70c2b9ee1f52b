import { afterAll, beforeAll, expect, test } from "vitest";
import { WebSocket } from "ws";
import { append, exportRecords, follow, type Draft } from "../../src/client/index.js";
import { Runtrail } from "../cli/runtrail.js";
import { CuttingProxy } from "../fixtures/cutting-proxy.js";

let runtrail: Runtrail;
beforeAll(async () => {
  runtrail = await Runtrail.start();
});
afterAll(() => runtrail.close());

const draft = (i: number, more: Partial<Draft> = {}): Draft => ({
  type: "test.made",
  payload: { i },
  ...more,
});

async function numbersOf(scope: string): Promise<unknown[]> {
  const numbers: unknown[] = [];
  for await (const { bytes } of exportRecords({ url: runtrail.url }, scope)) {
    const event = JSON.parse(Buffer.from(bytes).toString()) as { payload: { i: number } };
    numbers.push(event.payload.i);
  }
  return numbers;
}

const TRANSPORTS = ["sse", "websocket"] as const;

test.each(TRANSPORTS)(
  "appends and follows over %s without a loss or a repetition through a network that keeps breaking",
  async (transport) => {
    const proxy = await CuttingProxy.inFrontOf(Number(new URL(runtrail.url).port));
    let pieces = 0;
    proxy.shouldCut = () => ++pieces % 7 === 0;
    const connection = { url: `http://127.0.0.1:${proxy.port}`, WebSocket };
    const run = `runs/net-${transport}`;
    const scopes = [run, `${run}/jobs/a`, `${run}/jobs/b`];
    const count = 600;

    const seen: { scope: string; i: unknown }[] = [];
    const reading = (async () => {
      for await (const frame of follow(connection, run, { transport })) {
        if (frame.kind !== "event" || frame.event.type !== "test.made") continue;
        seen.push({ scope: frame.event.scope, i: frame.event.payload["i"] });
      }
    })();
    for (let i = 0; i < count; i += 20) {
      const drafts = Array.from({ length: 20 }, (_, k) =>
        draft(i + k, { scope: scopes[(i + k) % 3] ?? "" }),
      );
      const results = await append(connection, "", drafts);
      expect(results.every(({ outcome }) => ["appended", "duplicate"].includes(outcome))).toBe(
        true,
      );
    }
    await append(connection, run, [{ type: "run.completed", payload: { durationMs: 1 } }]);
    await reading;
    await proxy.close();

    expect(proxy.cuts).toBeGreaterThan(5);
    expect(seen).toEqual(Array.from({ length: count }, (_, i) => ({ scope: scopes[i % 3], i })));
  },
  120_000,
);

test.each(TRANSPORTS)(
  "notices over %s a connection that is half open, and goes on where it was",
  async (transport) => {
    const proxy = await CuttingProxy.inFrontOf(Number(new URL(runtrail.url).port));
    // The middle of the events, so that some of them are lost on the way.
    proxy.shouldStall = (piece) => proxy.stalls === 0 && piece.includes('"i":5');
    const direct = { url: runtrail.url };
    const scope = `runs/half-open-${transport}`;
    await append(direct, scope, [draft(0), draft(1)]);
    const seen: unknown[] = [];
    const stop = new AbortController();
    const frames = follow({ url: `http://127.0.0.1:${proxy.port}`, WebSocket }, scope, {
      transport,
      heartbeatMs: 300,
      signal: stop.signal,
    });
    for await (const frame of frames) {
      if (frame.kind === "event" && seen.push(frame.event.payload["i"]) === 10) stop.abort();
      if (frame.kind === "caught-up" && seen.length < 10) {
        for (let i = seen.length; i < 10; i++)
          await append(direct, scope, [draft(i, { id: `half-open-${i}` })]);
      }
    }
    await proxy.close();
    expect(seen).toEqual(Array.from({ length: 10 }, (_, i) => i));
    expect(proxy.stalls).toBe(1);
  },
);

test("stores a draft once however often it is sent", async () => {
  const drafts = Array.from({ length: 10 }, (_, i) => draft(i, { id: `once-${i}-of-10` }));
  const connection = { url: runtrail.url };
  const first = await append(connection, "runs/once", drafts);
  const second = await append(connection, "runs/once", drafts);
  expect(second.map(({ outcome }) => outcome)).toEqual(drafts.map(() => "duplicate"));
  expect(second.map((result) => ({ ...result, outcome: "appended" }))).toEqual(first);
  expect(await numbersOf("runs/once")).toEqual(drafts.map((_, i) => i));
});

test("stores the others in order when some drafts are refused", async () => {
  const drafts = [
    draft(0),
    draft(1, { type: "job.nonsense" }),
    draft(2),
    draft(3, { expect: { index: 9 } }),
    draft(4, { payload: { i: 4, text: "x".repeat(1024 * 1024) } }),
    draft(5),
  ];
  const results = await append({ url: runtrail.url }, "runs/some", drafts);
  expect(results.map((r) => ("problem" in r ? r.problem.code : r.index))).toEqual([
    1,
    "unknown-type",
    2,
    "conflict",
    "too-large",
    3,
  ]);
  expect(await numbersOf("runs/some")).toEqual([0, 2, 5]);
});

test("stores all or none when that is asked for", async () => {
  const drafts = [draft(0), draft(1, { type: "job.nonsense" })];
  const connection = { url: runtrail.url };
  const results = await append(connection, "runs/none", drafts, { atomic: true });
  expect(results.map(({ outcome }) => outcome)).toEqual(["not-applied", "invalid"]);
  expect(await numbersOf("runs/none")).toEqual([]);
});

test("ends at the bound that it was given, also behind the scope's last event", async () => {
  const connection = { url: runtrail.url };
  await append(connection, "runs/bound", [draft(0), draft(1)]);
  const [other] = await append(connection, "runs/else", [draft(0)]);
  await append(connection, "runs/bound", [draft(2)]);
  const to = other && "sequence" in other ? other.sequence : 0;
  const numbers: unknown[] = [];
  for await (const frame of follow(connection, "runs/bound", { to })) {
    if (frame.kind === "event") numbers.push(frame.event.payload["i"]);
  }
  expect(numbers).toEqual([0, 1]);
});

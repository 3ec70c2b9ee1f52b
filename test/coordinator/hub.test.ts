import { describe, expect, test } from "vitest";
import { Hub, timelineKey } from "../../src/coordinator/hub.js";
import type { LogRecord } from "../../src/log/record.js";

const RING_BYTES = 64 * 1024 * 1024;
const RUN = timelineKey("t", "runs/a");

function record(sequence: number, bytes = 100, scope = "runs/a"): LogRecord {
  return {
    sequence,
    recordedAtMs: 0,
    recordedAtNanos: 0,
    subject: "",
    tenant: "t",
    scope,
    bytes: new Uint8Array(bytes),
    id: `e-${sequence}`,
    index: sequence,
    type: "test.noted",
    correlationId: "c",
    hash: "sha256:0",
  };
}

function filled(count: number, bytes?: number): Hub {
  const hub = new Hub(0, RING_BYTES);
  for (let n = 1; n <= count; n++) hub.publish(record(n, bytes));
  return hub;
}

/** Everything after a sequence, as it is handed out. */
function readFrom(hub: Hub, after: number): (readonly LogRecord[])[] {
  const pieces = [];
  for (let position = after; ; position = pieces.at(-1)?.at(-1)?.sequence ?? position) {
    const piece = hub.read(RUN, position);
    if (!piece || piece.length === 0) return pieces;
    pieces.push(piece);
  }
}

const sequencesIn = (pieces: (readonly LogRecord[])[]) =>
  pieces.flat().map(({ sequence }) => sequence);
const upTo = (n: number, from = 1) => Array.from({ length: n - from + 1 }, (_, i) => from + i);

describe("what is handed out", () => {
  test.each([
    ["small events", 2000, 100],
    ["large events", 100, 50_000],
    ["events that are larger than what goes together", 10, 500_000],
  ])("is everything, and the same arrays wherever one has begun: %s", (_, count, bytes) => {
    const hub = filled(count, bytes);
    const whole = readFrom(hub, 0);
    expect(sequencesIn(whole)).toEqual(upTo(count));
    for (const after of [1, Math.floor(count / 3), count - 1]) {
      const rest = readFrom(hub, after);
      expect(sequencesIn(rest)).toEqual(upTo(count, after + 1));
      // Those who have begun in the middle come to the same places.
      const last = rest.at(-1);
      if (rest.length > 2) expect(whole.some((piece) => piece === last)).toBe(true);
    }
    for (const [i, piece] of readFrom(hub, 0).entries()) expect(piece).toBe(whole[i]);
  });

  test("grows with what comes, for those who have nothing of it yet", () => {
    const hub = filled(3);
    expect(hub.read(RUN, 0)?.length).toBe(3);
    hub.publish(record(4));
    expect(hub.read(RUN, 0)?.length).toBe(4);
    expect(hub.read(RUN, 3)?.length).toBe(1);
    expect(hub.read(RUN, 4)).toEqual([]);
  });

  test("is right when the oldest have been given up meanwhile", () => {
    const hub = new Hub(0, 100 * 500);
    const got: number[] = [];
    for (let n = 1; n <= 5000; n++) {
      hub.publish(record(n));
      if (n % 7 !== 0) continue;
      for (const { sequence } of readFrom(hub, got.at(-1) ?? 0).flat()) got.push(sequence);
    }
    expect(got).toEqual(upTo(4998));
    expect(hub.read(RUN, 100)).toBeUndefined();
  });
});

describe("those who wait", () => {
  const turn = () => new Promise((resolve) => setImmediate(resolve));

  test("are called once each, in the order in which they have waited, over several turns", async () => {
    const hub = new Hub(0, RING_BYTES);
    const called: number[] = [];
    for (const n of upTo(500)) {
      hub.wait(RUN, () => {
        called.push(n);
      });
    }
    hub.publish(record(1));
    await turn();
    expect(called.length).toBeGreaterThan(0);
    expect(called.length).toBeLessThan(500);
    hub.publish(record(2));
    while (called.length < 500) await turn();
    await turn();
    expect(called).toEqual(upTo(500));
  });

  test("are not called any more when they have given up, also when their turn was to come", async () => {
    const hub = new Hub(0, RING_BYTES);
    let calls = 0;
    const callbacks = upTo(500).map(() => () => {
      calls++;
    });
    for (const callback of callbacks) hub.wait(RUN, callback);
    hub.publish(record(1));
    await turn();
    const before = calls;
    for (const callback of callbacks) hub.giveUp(RUN, callback);
    for (let i = 0; i < 20; i++) await turn();
    expect(calls).toBe(before);
  });

  test("of another timeline are left alone", async () => {
    const hub = new Hub(0, RING_BYTES);
    let calls = 0;
    hub.wait(timelineKey("t", "runs/b"), () => {
      calls++;
    });
    hub.publish(record(1));
    for (let i = 0; i < 3; i++) await turn();
    expect(calls).toBe(0);
  });
});

import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { EventEnvelope } from "../../src/envelope/envelope.js";
import { parseEnvelope } from "../../src/envelope/parse.js";
import { parseScope, type Scope } from "../../src/envelope/scope.js";
import { readHistory } from "../../src/log/history.js";
import { readExtent } from "../../src/log/prefix.js";
import { readHead } from "../../src/log/read.js";
import type { Log } from "../../src/log/stream.js";
import { TooManyTrimmedScopesError, TrimmedHeads } from "../../src/log/trimmed-heads.js";
import type { Stored } from "../../src/publisher/result.js";
import { trim, type RetentionRules, type SealedLog } from "../../src/retention/trim.js";
import { startTestServer, type TestServer } from "../fixtures/nats.js";
import { startPublisher, type TestPublisher } from "../fixtures/publisher.js";
import { until } from "../fixtures/until.js";

const TENANT = "acme";
/** Whatever is older than the moment. */
const ALL: RetentionRules = { ageMs: 0, bytes: undefined, youngestMs: 0, maxScopes: 1000 };

/** As if a checkpoint covered the log up to a sequence. */
const sealed = (through: number): SealedLog => ({
  through: () => through,
  allowTrim: () => Promise.resolve(),
});

let nats: TestServer;
let log: Log;
let heads: TrimmedHeads;
let started: TestPublisher;
beforeEach(async () => {
  nats = await startTestServer();
  log = await nats.open();
  heads = await TrimmedHeads.open(log, 1);
  started = await startPublisher(log);
});
afterEach(async () => {
  vi.useRealTimers();
  await started.close();
  await nats.stop();
});

function scope(path: string): Scope {
  const parsed = parseScope(path);
  if (!parsed) throw new Error(`${path} is no scope`);
  return parsed;
}

async function append(path: string, more: object = {}, by = started): Promise<Stored> {
  const draft = { type: "test.noted", payload: {}, ...more };
  const result = await by.publisher.append(TENANT, scope(path), draft);
  if (result.outcome !== "appended") throw new Error(JSON.stringify(result));
  return result;
}

/** Trims everything up to a sequence. */
async function trimThrough(sequence: number): Promise<void> {
  await until("the clock has moved on", async () => {
    await trim(log, heads, ALL, sealed(sequence));
    return (await readExtent(log)).first > sequence;
  });
}

async function kept(): Promise<EventEnvelope[]> {
  const events: EventEnvelope[] = [];
  const { signal } = new AbortController();
  for await (const records of readHistory(log, { tenant: TENANT, path: "", after: 0, signal })) {
    events.push(...records.map(({ bytes }) => parseEnvelope(bytes)));
  }
  return events;
}

describe("what is trimmed", () => {
  test("is what is older than the age, to the millisecond", async () => {
    const placed = [await append("runs/a"), await append("runs/a"), await append("runs/a")];
    const third = placed[2]?.sequence ?? 0;
    const recordedAtMs = (await readHead(log, TENANT, "runs/a"))?.recordedAtMs ?? 0;
    await until("the clock has moved on", () => Date.now() > recordedAtMs + 10);
    await append("runs/a");
    vi.useFakeTimers({ toFake: ["Date"], now: recordedAtMs + 90_000 + 1 });
    await trim(log, heads, { ...ALL, ageMs: 90_000 }, sealed(100));
    expect((await readExtent(log)).first).toBe(third + 1);
  });

  test("is as much as the log is larger than it may be", async () => {
    const payload = { text: "x".repeat(1000) };
    for (let i = 0; i < 30; i++) {
      const drafts = Array.from({ length: 50 }, () => append(`runs/r-${i % 7}`, { payload }));
      await Promise.all(drafts);
    }
    const { bytes: before, last } = await readExtent(log);
    const bytes = Math.round(before / 3);
    const trimmed = await trim(log, heads, { ...ALL, ageMs: undefined, bytes }, sealed(last));
    const after = await readExtent(log);
    expect(after.bytes).toBeLessThanOrEqual(bytes);
    expect(after.bytes).toBeGreaterThan(bytes - 20_000);
    expect(after.first).toBe(trimmed + 1);
    expect(await trim(log, heads, { ...ALL, ageMs: undefined, bytes }, sealed(last))).toBe(0);
  });

  test("is nothing that is not sealed", async () => {
    for (let i = 0; i < 10; i++) await append("runs/a");
    expect(await trim(log, heads, ALL, sealed(0))).toBe(0);
    await trimThrough(4);
    expect((await readExtent(log)).first).toBe(5);
    // More than the log has: the tree of a log that was replaced, for one.
    await trimThrough(10);
    expect(await trim(log, heads, ALL, sealed(100))).toBe(0);
  });

  test("is nothing of the youngest, whatever the rules say", async () => {
    for (let i = 0; i < 10; i++) await append("runs/a");
    const rules = { ageMs: 0, bytes: 1, youngestMs: 60_000, maxScopes: 1000 };
    expect(await trim(log, heads, rules, sealed(10))).toBe(0);
  });

  test("is nothing once more of scopes are trimmed than may be", async () => {
    await append("runs/a");
    await append("runs/b");
    await append("runs/a");
    const rules = { ...ALL, maxScopes: 1 };
    const last = (await readHead(log, TENANT, "runs/a"))?.recordedAtMs ?? 0;
    await until("the clock has moved on", () => Date.now() > last);
    await expect(trim(log, heads, rules, sealed(3))).rejects.toThrow(TooManyTrimmedScopesError);
    expect((await readExtent(log)).first).toBe(1);
  });

  test("is trimmed once when several trim at the same time", async () => {
    for (let i = 0; i < 400; i++) await Promise.all([1, 2, 3].map((n) => append(`runs/r-${n}`)));
    const before = await kept();
    const logs = await Promise.all([nats.open(), nats.open(), nats.open()]);
    const counts = await Promise.all(
      logs.map(async (other) => trim(other, await TrimmedHeads.open(other, 1), ALL, sealed(1200))),
    );
    await trimThrough(1200);
    expect(counts.reduce((sum, count) => sum + count)).toBeLessThanOrEqual(1200);
    for (const path of ["runs/r-1", "runs/r-2", "runs/r-3"]) {
      const newest = before.findLast((event) => event.scope === path);
      expect(await heads.find(TENANT, path)).toMatchObject({ index: 400, hash: newest?.hash });
    }
  });
});

describe("the chain of a scope of which nothing is left", () => {
  test("goes on where it stood", async () => {
    await append("runs/a");
    const second = await append("runs/a");
    await trimThrough(2);
    expect(await kept()).toEqual([]);
    const third = await append("runs/a");
    expect(third.index).toBe(3);
    expect(await append("runs/a")).toMatchObject({ index: 4 });
    const events = await kept();
    expect(events.map(({ prev }) => prev)).toEqual([second.hash, third.hash]);
  });

  test("goes on after every gateway has been started anew, and again after the next trimming", async () => {
    let prev: string | null = null;
    for (let round = 0; round < 3; round++) {
      const other = await startPublisher(log);
      for (let n = 1; n <= 2; n++) {
        const stored = await append("runs/a/jobs/b", {}, other);
        expect(stored.index).toBe(round * 2 + n);
        expect((await kept()).at(-1)?.prev).toBe(prev);
        prev = stored.hash;
      }
      await other.close();
      await trimThrough((await readExtent(log)).last);
    }
  });

  test("has the index that a draft must expect", async () => {
    await append("runs/a");
    await append("runs/a");
    await trimThrough(2);
    const draft = { type: "test.noted", payload: {}, expect: { index: 0 } };
    const other = await startPublisher(log);
    for (const { publisher } of [started, other]) {
      expect(await publisher.append(TENANT, scope("runs/a"), draft)).toMatchObject({
        outcome: "conflict",
        code: "conflict",
        currentIndex: 2,
      });
    }
    expect(await append("runs/a", { expect: { index: 2 } }, other)).toMatchObject({ index: 3 });
    await other.close();
  });

  test("stays closed when it was, with everything below it", async () => {
    await append("runs/a/jobs/b");
    await append("runs/a", { type: "run.completed", payload: { durationMs: 1 } });
    await trimThrough(2);
    const other = await startPublisher(log);
    for (const { publisher } of [started, other]) {
      for (const [path, currentIndex] of [
        ["runs/a", 1],
        ["runs/a/jobs/b", 1],
        ["runs/a/jobs/new", 0],
      ] as const) {
        const draft = { type: "test.noted", payload: {} };
        expect(await publisher.append(TENANT, scope(path), draft)).toMatchObject({
          outcome: "conflict",
          code: "scope-closed",
          currentIndex,
        });
      }
    }
    await other.close();
  });

  test("begins at 1 where there has never been anything", async () => {
    await append("runs/a");
    await trimThrough(1);
    expect(await append("runs/b")).toMatchObject({ index: 1 });
    const other = await startPublisher(log);
    expect(await append("runs/c", {}, other)).toMatchObject({ index: 1 });
    await other.close();
  });

  test("is that of its own tenant", async () => {
    await append("runs/a");
    await trimThrough(1);
    const draft = { type: "test.noted", payload: {} };
    expect(await started.publisher.append("other", scope("runs/a"), draft)).toMatchObject({
      index: 1,
    });
  });
});

describe("a head that was stored", () => {
  test("counts for nothing while the log has events of the scope", async () => {
    // What a gateway leaves that dies between storing the heads and purging.
    await append("runs/a");
    const head = await readHead(log, TENANT, "runs/a");
    if (!head) throw new Error("it has a head");
    await heads.store(TENANT, head);
    await append("runs/a");
    const other = await startPublisher(log);
    expect(await append("runs/a", {}, other)).toMatchObject({ index: 3 });
    await trimThrough(3);
    expect(await heads.find(TENANT, "runs/a")).toMatchObject({ index: 3, sequence: 3 });
    expect(await append("runs/a", {}, other)).toMatchObject({ index: 4 });
    await other.close();
  });

  test("is never replaced by an older one, whoever comes late", async () => {
    await append("runs/a");
    const older = await readHead(log, TENANT, "runs/a");
    await append("runs/a");
    const newer = await readHead(log, TENANT, "runs/a");
    if (!older || !newer) throw new Error("it has heads");
    for (let round = 0; round < 20; round++) {
      await Promise.all([older, newer, older].map((head) => heads.store(TENANT, head)));
      expect(await heads.find(TENANT, "runs/a")).toMatchObject({ index: 2 });
    }
  });
});

describe("appends while the log is trimmed", () => {
  /** Each index of each scope once, without a hole, each event behind the one before. */
  function expectOneChain(stored: readonly (Stored & { path: string })[], events: EventEnvelope[]) {
    for (const path of new Set(stored.map((place) => place.path))) {
      const places = stored.filter((place) => place.path === path);
      const indices = places.map(({ index }) => index).sort((a, b) => a - b);
      expect(indices, path).toEqual(places.map((_, n) => n + 1));
    }
    const hashes = new Map(stored.map(({ path, index, hash }) => [`${path} ${index}`, hash]));
    for (const { scope: path, index, prev } of events) {
      expect(prev).toBe(hashes.get(`${path} ${index - 1}`) ?? null);
    }
  }

  test("never fork a chain, however often all of it is trimmed", async () => {
    const stored: (Stored & { path: string })[] = [];
    const over = new AbortController();
    let purges = 0;
    const trimming = (async () => {
      const other = await nats.open();
      while (!over.signal.aborted) {
        const { last } = await readExtent(other);
        if ((await trim(other, heads, ALL, sealed(last))) > 0) purges++;
      }
    })();
    for (let round = 0; round < 60 || purges < 20; round++) {
      const paths = Array.from({ length: 10 }, (_, n) => `runs/r-${(round * 3 + n) % 25}`);
      const placed = await Promise.all(
        paths.map(async (path) => ({ ...(await append(path)), path })),
      );
      stored.push(...placed);
    }
    over.abort();
    await trimming;
    expectOneChain(stored, await kept());
    expect(started.troubles).toEqual([]);
  });

  test("through two gateways never fork a chain that both append to", async () => {
    const other = await startPublisher(await nats.open());
    const stored: (Stored & { path: string })[] = [];
    const over = new AbortController();
    let purges = 0;
    const trimming = (async () => {
      while (!over.signal.aborted) {
        const { last } = await readExtent(log);
        // What a gateway knows of an empty scope is good for a while.
        if ((await trim(log, heads, { ...ALL, youngestMs: 2500 }, sealed(last))) > 0) purges++;
      }
    })();
    for (let round = 0; round < 100 || purges < 10; round++) {
      const placed = await Promise.all(
        [started, other].flatMap((by) =>
          [1, 2].map(async (n) => {
            const path = `runs/r-${(round + n) % 40}`;
            return { ...(await append(path, {}, by)), path };
          }),
        ),
      );
      stored.push(...placed);
    }
    over.abort();
    await trimming;
    expectOneChain(stored, await kept());
    await other.close();
  });
});

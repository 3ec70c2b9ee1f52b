import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { foldEvents } from "../../src/projections/timeline.js";
import { isFull, metaOf, openForReading, openForWriting } from "../../src/readmodel/database.js";
import { Indexer } from "../../src/readmodel/indexer.js";
import { Queries } from "../../src/readmodel/queries.js";
import { timeAt, eventOf } from "../projections/events.js";
import { log, RUN, type Placed } from "../projections/logs.js";
import { dump } from "./dump.js";
import { recordOf } from "./records.js";

const TENANT = "acme";
const EPOCH = "k3f9q2";
const folder = mkdtempSync(join(tmpdir(), "runtrail-read-model-"));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

let files = 0;
const newFile = () => join(folder, `${++files}.db`);

/** Writes events in batches of some sizes, and closes and opens the file between those. */
function write(file: string, events: readonly Placed[], batches: readonly number[]): void {
  let at = 0;
  for (const size of [...batches, events.length]) {
    const db = openForWriting(file, EPOCH);
    // Once more from the start: what is there already is passed over.
    new Indexer(db).add(events.slice(0, at + size).map(recordOf));
    at += size;
    db.close();
  }
}

function ask<T>(file: string, read: (queries: Queries) => T): T {
  const db = openForReading(file);
  try {
    return read(new Queries(db));
  } finally {
    db.close();
  }
}

test("the state at any sequence is the fold of the events up to there, however they were written", () => {
  const sizes = fc.array(fc.integer({ min: 1, max: 30 }), { maxLength: 4 });
  fc.assert(
    fc.property(log, sizes, fc.nat(), (events, batches, random) => {
      const file = newFile();
      write(file, events, batches);
      for (const at of [undefined, random % (events.length + 1), events.length]) {
        const past = events.slice(0, at);
        const { result } = ask(file, (queries) => queries.state(TENANT, RUN, at));
        if (past.length === 0) expect(result).toBeUndefined();
        else expect(JSON.stringify(result)).toBe(JSON.stringify(foldEvents(RUN, past)));
      }
    }),
    { numRuns: 60 },
  );
});

test("one that is made anew has the same bytes in it", () => {
  fc.assert(
    fc.property(
      log,
      fc.array(fc.integer({ min: 1, max: 30 }), { maxLength: 4 }),
      (events, sizes) => {
        const [grown, anew] = [newFile(), newFile()];
        write(grown, events, sizes);
        write(anew, events, []);
        expect(dump(openForReading(grown))).toEqual(dump(openForReading(anew)));
      },
    ),
    { numRuns: 25 },
  );
});

const steps = (count: number, scope = RUN): Placed[] =>
  Array.from({ length: count }, (_, i) => ({
    sequence: i + 1,
    event: eventOf({
      type: "run.progress",
      payload: { completedSteps: i, totalSteps: count, percentage: (i * 100) / count },
      at: i,
      scope,
      index: i + 1,
    }),
  }));

test("a long scope is folded from a state near the place that is asked for", () => {
  const file = newFile();
  const events = steps(3000);
  write(file, events, [700, 700, 700]);
  const db = openForReading(file);
  const stored = db.prepare("SELECT count(*) FROM states").pluck().get();
  expect(stored).toBeGreaterThanOrEqual(4);
  db.close();
  for (const at of [1, 499, 500, 501, 1999, 3000]) {
    const { result } = ask(file, (queries) => queries.state(TENANT, RUN, at));
    expect(result).toEqual(foldEvents(RUN, events.slice(0, at)));
  }
});

test("a batch that cannot be stored leaves nothing behind, and can be written again", () => {
  const file = newFile();
  const events = steps(20);
  const db = openForWriting(file, EPOCH);
  const indexer = new Indexer(db);
  indexer.add(events.slice(0, 5).map(recordOf));
  const before = dump(db);
  // The same sequence twice in one table: the second insertion fails.
  db.prepare("INSERT INTO events VALUES (12, 1, 1, 0, 0, x'00')").run();
  expect(() => {
    indexer.add(events.map(recordOf));
  }).toThrow(/UNIQUE/);
  expect(indexer.position).toBe(5);
  db.prepare("DELETE FROM events WHERE sequence = 12").run();
  expect(dump(db)).toEqual(before);
  indexer.add(events.map(recordOf));
  db.close();
  const { asOf, result } = ask(file, (queries) => queries.state(TENANT, RUN));
  expect(asOf).toBe(20);
  expect(result).toEqual(foldEvents(RUN, events));
});

test("a batch that there is no room for leaves nothing behind, and is written when there is", () => {
  const [narrow, wide] = [newFile(), newFile()];
  const events = steps(3000);
  write(wide, events, [1000]);
  const db = openForWriting(narrow, EPOCH);
  const indexer = new Indexer(db);
  indexer.add(events.slice(0, 1000).map(recordOf));
  const before = dump(db);
  const pages = Number(db.pragma("page_count", { simple: true }));
  // Some of it fits, more or less; what is full then is what a disk is.
  for (const more of [0, 1, 10, 50]) {
    db.pragma(`max_page_count = ${pages + more}`);
    const error = errorOf(() => {
      indexer.add(events.map(recordOf));
    });
    expect(isFull(error)).toBe(true);
    expect(indexer.position).toBe(1000);
    expect(dump(db)).toEqual(before);
    const state = ask(narrow, (queries) => queries.state(TENANT, RUN));
    expect(state).toEqual({ asOf: 1000, result: foldEvents(RUN, events.slice(0, 1000)) });
  }
  db.pragma(`max_page_count = ${100 * pages}`);
  indexer.add(events.map(recordOf));
  db.close();
  const [found, wanted] = [narrow, wide].map((file) => {
    const reader = openForReading(file);
    const rows = dump(reader);
    reader.close();
    return rows;
  });
  expect(found).toEqual(wanted);
});

function errorOf(act: () => void): unknown {
  try {
    act();
    return undefined;
  } catch (error) {
    return error;
  }
}

test("what the log has lost goes, and what is left keeps its state", () => {
  const file = newFile();
  const gone = steps(4, "runs/gone");
  const kept = steps(8).map(({ event }, i) => ({ sequence: 5 + i, event }));
  const below = {
    sequence: 13,
    event: eventOf({ type: "job.queued", scope: `${RUN}/jobs/a`, index: 1 }),
  };
  const events = [...gone, ...kept, below];
  const db = openForWriting(file, EPOCH);
  const indexer = new Indexer(db);
  indexer.add(events.map(recordOf));
  expect(indexer.trim(9)).toBe(8);
  expect(indexer.trim(9)).toBe(0);
  expect(ask(file, (queries) => queries.state(TENANT, "runs/gone")).result).toBeUndefined();
  const whole = foldEvents(RUN, events);
  expect(ask(file, (queries) => queries.state(TENANT, RUN)).result).toEqual(whole);
  expect(ask(file, (queries) => queries.runs(TENANT, { limit: 10 })).result.runs).toHaveLength(1);
  // All of it goes, and the scope begins anew where it had been.
  expect(indexer.trim(14)).toBe(5);
  expect(db.prepare("SELECT count(*) FROM states").pluck().get()).toBe(0);
  const more = { sequence: 14, event: eventOf({ type: "run.started", scope: RUN, index: 9 }) };
  indexer.add([recordOf(more)]);
  db.close();
  expect(ask(file, (queries) => queries.state(TENANT, RUN)).result).toMatchObject({
    index: 9,
    missing: 8,
    status: "running",
  });
});

test("a correlation of which nothing was left is found again when it goes on", () => {
  const db = openForWriting(newFile(), EPOCH);
  const indexer = new Indexer(db);
  const [first, ...others] = steps(3).map(({ sequence, event }, i) => ({
    sequence,
    event: { ...event, correlationId: i === 1 ? "other" : "gone" },
  }));
  if (!first) throw new Error("there are three");
  indexer.add([recordOf(first)]);
  indexer.add(others.slice(0, 1).map(recordOf));
  expect(indexer.trim(2)).toBe(1);
  indexer.add(others.slice(1).map(recordOf));
  const found = db
    .prepare("SELECT sequence FROM events JOIN keys ON keys.id = correlation WHERE name = ?")
    .pluck();
  expect(found.all("correlations/gone")).toEqual([3]);
  db.close();
});

test("a file of another log, of another version, or that is none is made anew", () => {
  const file = newFile();
  write(file, steps(3), []);
  const other = openForWriting(file, "another");
  expect(metaOf(other, "position")).toBe(0);
  other.pragma("user_version = 99");
  other.close();
  const newer = openForWriting(file, "another");
  expect(metaOf(newer, "position")).toBe(0);
  newer.close();
  writeFileSync(file, "not a database ".repeat(1000));
  const repaired = openForWriting(file, EPOCH);
  expect(metaOf(repaired, "epoch")).toBe(EPOCH);
  repaired.close();
});

test("what lies beside a file that was removed is not taken for that of the new one", () => {
  const file = newFile();
  const old = openForWriting(file, EPOCH);
  new Indexer(old).add(steps(3).map(recordOf));
  const reader = openForReading(file);
  const count = reader.prepare("SELECT count(*) FROM events").pluck();
  expect(count.get()).toBe(3);
  rmSync(file);
  const made = openForWriting(file, EPOCH);
  expect(metaOf(made, "position")).toBe(0);
  expect(count.get()).toBe(3);
  for (const db of [made, reader, old]) db.close();
});

test("runs are listed newest first, by what is asked of them, page by page", () => {
  const file = newFile();
  const statuses = ["run.started", "run.completed", "run.failed"];
  const runs = Array.from({ length: 30 }, (_, i): Placed[] => [
    {
      sequence: 2 * i + 1,
      event: eventOf({
        type: "run.created",
        payload: { workflowId: `w-${i % 2}`, name: `Deploy 100% ${i}` },
        at: i * 60,
        scope: `runs/r-${i}`,
        index: 1,
      }),
    },
    {
      sequence: 2 * i + 2,
      event: eventOf({
        type: statuses[i % 3] ?? "",
        payload: { durationMs: 5 },
        at: i * 60 + 1,
        scope: `runs/r-${i}`,
        index: 2,
      }),
    },
  ]).flat();
  write(file, runs, []);
  const list = (request: object) =>
    ask(file, (queries) => queries.runs(TENANT, { limit: 100, ...request })).result;
  const ids = (request: object) => list(request).runs.map(({ runId }) => runId);

  expect(ids({})).toEqual(Array.from({ length: 30 }, (_, i) => `r-${29 - i}`));
  const pages: string[] = [];
  let before: number | undefined;
  do {
    const page = list({ limit: 7, before });
    pages.push(...page.runs.map(({ runId }) => runId));
    before = page.next;
  } while (before !== undefined);
  expect(pages).toEqual(ids({}));

  expect(ids({ status: ["failed"] })).toEqual(ids({}).filter((_, i) => (29 - i) % 3 === 2));
  expect(ids({ status: ["failed", "running"] })).toHaveLength(20);
  expect(ids({ workflowId: "w-1" })).toHaveLength(15);
  expect(ids({ since: timeAt(600), until: timeAt(720) })).toEqual(["r-11", "r-10"]);
  expect(ids({ q: "DEPLOY 100% 2" })).toHaveLength(11);
  expect(ids({ q: "r-1_" })).toEqual([]);
  expect(ids({ q: "' OR 1=1 --" })).toEqual([]);
  expect(list({ limit: 1 }).runs).toEqual([
    {
      scope: "runs/r-29",
      runId: "r-29",
      workflowId: "w-1",
      name: "Deploy 100% 29",
      status: "failed",
      percentage: null,
      createdAt: timeAt(29 * 60),
      startedAt: null,
      endedAt: timeAt(29 * 60 + 1),
      durationMs: 5,
      error: null,
      firstSequence: 59,
      lastSequence: 60,
    },
  ]);
  expect(ask(file, (queries) => queries.runs("other", { limit: 10 })).result.runs).toEqual([]);
});

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { LOG_LEVELS, levelRank } from "../../src/envelope/catalogue/log-entry.js";
import type { JsonObject } from "../../src/envelope/envelope.js";
import { openForReading, openForWriting } from "../../src/readmodel/database.js";
import { textOfEntry } from "../../src/readmodel/documents.js";
import { Indexer } from "../../src/readmodel/indexer.js";
import { effectiveEntry } from "../../src/readmodel/log-line.js";
import type { LinePlace, LogsRequest } from "../../src/readmodel/logs-request.js";
import { Queries } from "../../src/readmodel/queries.js";
import { parseTextQuery } from "../../src/readmodel/text-query.js";
import { eventOf } from "../projections/events.js";
import { recordOf } from "./records.js";

const TENANT = "acme";
const folder = mkdtempSync(join(tmpdir(), "runtrail-log-search-"));
afterAll(() => {
  rmSync(folder, { recursive: true });
});
let files = 0;

const WORDS = ["cache", "Cache", "miss", "réseau", "refused", "connection", "日本", "OR", "42"];
const message = fc
  .array(fc.constantFrom(...WORDS), { maxLength: 6 })
  .map((words) => words.join(" "));
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
const entry = fc
  .record({
    at: fc.constant("2026-03-01T09:30:00.000Z"),
    level: fc.constantFrom(...LOG_LEVELS),
    message,
    category: maybe(fc.constantFrom("business", "technical")),
    stream: maybe(fc.constantFrom("stdout", "stderr")),
    isMilestone: maybe(fc.boolean()),
    displayPriority: maybe(fc.integer({ min: 1, max: 10 })),
    nodeId: maybe(fc.constantFrom("a", "b", "node:a")),
    technicalDetails: maybe(message),
  })
  .map((given) => JSON.parse(JSON.stringify(given)) as JsonObject);
const scope = fc.constantFrom("runs/r", "runs/r/jobs/a", "runs/r/jobs/ab", "runs/r2", "runs/s");
const told = fc.record({
  scope,
  correlationId: fc.constantFrom("r", "s"),
  entries: fc.array(entry, { minLength: 1, maxLength: 5 }),
  isLog: fc.integer({ min: 0, max: 4 }).map((n) => n > 0),
});
const filters = fc.record(
  {
    level: fc.constantFrom(...LOG_LEVELS),
    category: fc.constantFrom("business" as const, "technical" as const),
    stream: fc.constantFrom("stdout" as const, "stderr" as const),
    milestone: fc.constant(true as const),
    nodeId: fc.constantFrom("a", "b", "node:a", "unknown"),
    minPriority: fc.integer({ min: 1, max: 10 }),
    maxPriority: fc.integer({ min: 1, max: 10 }),
    word: fc.constantFrom(...WORDS, "nowhere", "reseau"),
  },
  { requiredKeys: [] },
);

test("pages have each line that meets the filters, once, in order, whatever the pages' size", () => {
  const path = fc.constantFrom("", "runs/r", "runs/r/jobs/a", "runs/none", "correlations/s");
  const order = fc.constantFrom("asc" as const, "desc" as const);
  const events = fc.array(told, { maxLength: 25 });
  fc.assert(
    fc.property(
      events,
      path,
      filters,
      order,
      fc.integer({ min: 1, max: 7 }),
      (given, from, { word, ...rest }, inOrder, limit) => {
        if ((rest.minPriority ?? 1) > (rest.maxPriority ?? 10)) return;
        const file = join(folder, `${++files}.db`);
        const db = openForWriting(file, "k3f9q2");
        const placed = given.map(({ scope, correlationId, entries, isLog }, i) => ({
          sequence: i + 1,
          event: {
            ...eventOf({
              type: isLog ? "log.appended" : "deploy.step",
              payload: { entries },
              at: i,
              scope,
              index: 1,
            }),
            correlationId,
          },
        }));
        const others = placed.map(({ sequence, event }) => ({
          sequence: sequence + placed.length,
          event: { ...event, tenant: "other" },
        }));
        new Indexer(db).add([...placed, ...others].map(recordOf));
        db.close();

        const expected = given
          .flatMap(({ entries, ...event }, i) =>
            entries.map((line, place) => ({ ...event, line, sequence: i + 1, entry: place })),
          )
          .filter((line) => {
            const { level, category, displayPriority, isMilestone, stream, nodeId } =
              effectiveEntry(line.line);
            const isWithin =
              from === "" ||
              line.scope === from ||
              line.scope.startsWith(`${from}/`) ||
              `correlations/${line.correlationId}` === from;
            return (
              line.isLog &&
              isWithin &&
              levelRank(level) >= levelRank(rest.level ?? "trace") &&
              category === (rest.category ?? category) &&
              stream === (rest.stream ?? stream) &&
              isMilestone === (rest.milestone ?? isMilestone) &&
              nodeId === (rest.nodeId ?? nodeId) &&
              displayPriority >= (rest.minPriority ?? 1) &&
              displayPriority <= (rest.maxPriority ?? 10) &&
              (word === undefined || wordsOf(textOfEntry(line.line)).includes(plain(word)))
            );
          })
          .map(({ sequence, entry: place }): LinePlace => ({ sequence, entry: place }));
        if (inOrder === "desc") expected.reverse();

        const text = word === undefined ? undefined : parseTextQuery(`"${word}"`);
        const request: LogsRequest = {
          ...{ path: from, order: inOrder, offset: 0, limit, text },
          ...rest,
        };
        const reader = openForReading(file);
        const queries = new Queries(reader);
        const found: LinePlace[] = [];
        let after: LinePlace | undefined;
        for (let page = 0; page <= expected.length + 1; page++) {
          const { lines, hasMore, total } = queries.logs(TENANT, { ...request, after }).result;
          expect(total).toEqual({ count: expected.length, isExact: true });
          expect(hasMore).toBe(found.length + lines.length < expected.length);
          found.push(...lines.map((line) => ({ sequence: line.sequence, entry: line.entry })));
          for (const { snippet } of lines)
            expect((snippet?.matches.length ?? 0) > 0).toBe(text !== undefined);
          after = found.at(-1);
          if (!hasMore) break;
        }
        expect(found).toEqual(expected);
        const offset = Math.floor(expected.length / 2);
        const skipped = queries.logs(TENANT, { ...request, offset, limit: 1000 }).result;
        expect(skipped.lines.length).toBe(expected.length - offset);
        reader.close();
      },
    ),
    { numRuns: 150 },
  );
});

const plain = (text: string) => text.toLowerCase().normalize("NFD").replaceAll(/\p{M}/gu, "");
const wordsOf = (text: string) => plain(text).split(/[^\p{L}\p{N}]+/u);

function write(lines: readonly { atMs: number; message: string }[]): Queries {
  const file = join(folder, `${++files}.db`);
  const db = openForWriting(file, "k3f9q2");
  const records = lines.map(({ atMs, message: text }, i) => {
    const entries = [{ at: "2026-03-01T09:30:00.000Z", level: "info", message: text }];
    const event = eventOf({
      type: "log.appended",
      payload: { entries },
      at: i,
      scope: "runs/r",
      index: i + 1,
    });
    return { ...recordOf({ sequence: i + 1, event }), recordedAtMs: atMs };
  });
  new Indexer(db).add(records);
  db.close();
  return new Queries(openForReading(file));
}

test("since includes what was recorded then, until does not", () => {
  const times = [100, 200, 200, 300, 500];
  const queries = write(times.map((atMs) => ({ atMs, message: `at ${atMs}` })));
  const between = (sinceMs?: number, untilMs?: number) =>
    queries
      .logs(TENANT, { path: "runs/r", order: "asc", offset: 0, limit: 10, sinceMs, untilMs })
      .result.lines.map(({ sequence }) => sequence);
  expect(between(200)).toEqual([2, 3, 4, 5]);
  expect(between(undefined, 200)).toEqual([1]);
  expect(between(201, 500)).toEqual([4]);
  expect(between(501)).toEqual([]);
  expect(between(0, 1000)).toEqual([1, 2, 3, 4, 5]);
  expect(between(300, 200)).toEqual([]);
});

test("a snippet is the part of a text around what was found, and says where that is", () => {
  const long = "filler ".repeat(200);
  const queries = write([
    { atMs: 1, message: `${long}connection <refused> by \u0002peer\u0003 ${long}` },
    { atMs: 2, message: "Connexion refusée" },
  ]);
  const search = (q: string) =>
    queries
      .logs(TENANT, { path: "", order: "asc", offset: 0, limit: 10, text: parseTextQuery(q) })
      .result.lines.map(({ snippet }) => snippet);
  const [first, ...others] = search('"connection refused" OR peer');
  expect(others).toEqual([]);
  expect(first?.text.length).toBeLessThan(300);
  expect(first?.matches.map(([start, end]) => first.text.slice(start, end))).toEqual([
    "connection <refused",
    "peer",
  ]);
  expect(search("refusee")).toEqual([{ text: "Connexion refusée", matches: [[10, 17]] }]);
});

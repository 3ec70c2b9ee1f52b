import assert from "node:assert/strict";
import type { Chapter } from "../case.js";
import { numbers, step, steps } from "../kit/drafts.js";
import {
  append,
  appendOne,
  first,
  indicesOf,
  item,
  last,
  readPage,
  type EventRecord,
} from "../kit/requests.js";
import { freshRun } from "../kit/scopes.js";

const NDJSON = { accept: "application/x-ndjson" };

/** `GET /v1/<scope>/events`. */
export const pages: Chapter = {
  title: "reading pages",
  cases: [
    {
      name: "gives a scope without events an empty page, good to go on from",
      run: async (base) => {
        const run = freshRun();
        const page = await readPage(base, run);
        assert.deepEqual(page.events, []);
        assert.equal(page.caughtUp, true);
        await appendOne(base, run, step(1));
        assert.deepEqual(indicesOf(await readPage(base, run, `?after=${page.next}`)), [1]);
      },
    },
    {
      name: "holds 100 events by default, and up to 1,000",
      run: async (base) => {
        const run = freshRun();
        await append(base, run, steps(150));
        assert.deepEqual(indicesOf(await readPage(base, run)), numbers(1, 100));
        assert.deepEqual(indicesOf(await readPage(base, run, "?limit=1000")), numbers(1, 150));
      },
    },
    {
      name: "leads through a scope page by page, and on to what is appended later",
      run: async (base) => {
        const run = freshRun();
        await append(base, run, steps(25));
        const seen: number[] = [];
        let page = await readPage(base, run, "?limit=10");
        for (const isLast of [false, false, true]) {
          seen.push(...indicesOf(page));
          assert.equal(page.caughtUp, isLast);
          page = await readPage(base, run, `?limit=10&after=${page.next}`);
        }
        assert.deepEqual(seen, numbers(1, 25));
        assert.deepEqual(page.events, []);
        await appendOne(base, run, step(26));
        assert.deepEqual(indicesOf(await readPage(base, run, `?after=${page.next}`)), [26]);
      },
    },
    {
      name: "leads back from a page to the one before it",
      run: async (base) => {
        const run = freshRun();
        await append(base, run, steps(25));
        const one = await readPage(base, run, "?limit=10");
        const two = await readPage(base, run, `?limit=10&after=${one.next}`);
        const back = await readPage(base, run, `?limit=10&before=${two.previous}`);
        assert.deepEqual(back.events, one.events);
      },
    },
    {
      name: "leads from the newest event back to the first with order=desc",
      run: async (base) => {
        const run = freshRun();
        await append(base, run, steps(25));
        const seen: number[] = [];
        let query = "";
        for (;;) {
          const page = await readPage(base, run, `?limit=10&order=desc${query}`);
          seen.push(...indicesOf(page));
          if (page.caughtUp) break;
          query = `&before=${page.next}`;
        }
        assert.deepEqual(seen, numbers(1, 25).reverse());
      },
    },
    {
      name: "gives what is after or before every cursor",
      run: async (base) => {
        const run = freshRun();
        const stored = await append(base, run, steps(12));
        for (const { cursor, sequence, index } of stored) {
          for (const at of [cursor, String(sequence)]) {
            const after = await readPage(base, run, `?after=${at}`);
            assert.deepEqual(indicesOf(after), numbers(index + 1, 12));
            const before = await readPage(base, run, `?before=${at}`);
            assert.deepEqual(indicesOf(before), numbers(1, index - 1));
          }
        }
      },
    },
    {
      name: "puts the stored bytes last in each record, beside its place and time",
      run: async (base) => {
        const run = freshRun();
        await append(base, run, steps(2));
        const response = await fetch(`${base}/v1/${run}/events`);
        assert.match(response.headers.get("content-type") ?? "", /^application\/json/);
        const { events } = JSON.parse(await response.text()) as { events: EventRecord[] };
        for (const record of events) {
          assert.deepEqual(Object.keys(record), ["sequence", "cursor", "recordedAt", "event"]);
          assert.equal(new Date(record.recordedAt).toISOString(), record.recordedAt);
          assert.match(record.cursor, new RegExp(`^${record.sequence}\\.`));
        }
      },
    },
    {
      name: "gives what was recorded within a time, as pages and as NDJSON",
      run: async (base) => {
        const run = freshRun();
        for (let i = 1; i <= 4; i++) await appendOne(base, run, step(i));
        const { events } = await readPage(base, run);
        const { recordedAt: since } = item(events, 1);
        const { recordedAt: until } = item(events, 3);
        const expected = events.filter((one) => one.recordedAt >= since && one.recordedAt < until);
        const query = `?since=${since}&until=${until}`;
        assert.deepEqual((await readPage(base, run, query)).events, expected);
        const down = await readPage(base, run, `${query}&order=desc`);
        assert.deepEqual(down.events, expected.toReversed());
        const response = await fetch(`${base}/v1/${run}/events${query}`, { headers: NDJSON });
        const lines = (await response.text()).split("\n").filter((line) => line !== "");
        assert.deepEqual(
          lines.map((line) => JSON.parse(line) as unknown),
          expected,
        );
      },
    },
    {
      name: "gives everything after a cursor as NDJSON, the same records one a line",
      run: async (base) => {
        const run = freshRun();
        const stored = await append(base, run, steps(400));
        const { events } = await readPage(base, run, "?limit=1000");
        for (const [query, from] of [
          ["", 0],
          [`?after=${item(stored, 9).cursor}`, 10],
          [`?after=${last(stored).cursor}`, 400],
        ] as const) {
          const response = await fetch(`${base}/v1/${run}/events${query}`, { headers: NDJSON });
          assert.equal(response.status, 200);
          assert.match(response.headers.get("content-type") ?? "", /^application\/x-ndjson/);
          const lines = (await response.text()).split("\n").filter((line) => line !== "");
          assert.deepEqual(
            lines.map((line) => JSON.parse(line) as unknown),
            events.slice(from),
          );
        }
      },
    },
    {
      name: "gives the whole tenant at /v1/events, in the order of the log",
      run: async (base) => {
        const [one, two] = [freshRun(), freshRun()];
        const begin = await appendOne(base, one, step(1));
        await appendOne(base, two, step(2));
        await appendOne(base, one, step(3));
        const page = await readPage(base, "", `?limit=1000&after=${begin.sequence - 1}`);
        const ours = page.events.filter(({ event }) => [one, two].includes(event.scope));
        assert.deepEqual(
          ours.map(({ event }) => event.payload["n"]),
          [1, 2, 3],
        );
        const sequences = page.events.map(({ sequence }) => sequence);
        assert.deepEqual(
          sequences,
          sequences.toSorted((a, b) => a - b),
        );
        assert.equal(first(sequences), begin.sequence);
      },
    },
  ],
};

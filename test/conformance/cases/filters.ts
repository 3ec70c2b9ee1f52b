import assert from "node:assert/strict";
import type { Chapter } from "../case.js";
import { numbers, runCompleted, step, steps, type Draft } from "../kit/drafts.js";
import {
  cursorsOf,
  envelopeOf,
  eventsAmong,
  frameOf,
  isControl,
  readHistory,
  readUntil,
  readWhole,
  withStream,
} from "../kit/event-stream.js";
import { expectProblem } from "../kit/problems.js";
import { append, get, indicesOf, readPage, type Problem } from "../kit/requests.js";
import { freshRun } from "../kit/scopes.js";
import { eventsIn, says, withSocket } from "../kit/socket.js";

type Entry = Partial<Record<"level" | "category", string>> & { isMilestone?: boolean };

function logged(...entries: Entry[]): Draft {
  const at = "2026-03-01T09:30:00.000Z";
  return {
    type: "log.appended",
    payload: { entries: entries.map((entry) => ({ at, level: "info", message: "m", ...entry })) },
  };
}

/** Events 1 to 8, on which the filters below differ. */
const MIXED: readonly Draft[] = [
  { type: "run.started", payload: { workflowId: "w" } },
  step(2),
  logged({ level: "info" }),
  logged({ level: "debug" }, { level: "error", category: "business" }),
  logged({ level: "warning", isMilestone: true }),
  { type: "conformance.other", payload: {}, correlationId: "order-7" },
  logged({ level: "error" }, { level: "info", category: "business" }),
  { type: "deploy.step", payload: {} },
];

const FILTERS = [
  ["type=conformance.step", [2]],
  ["type=conformance.*", [2, 6]],
  ["type=*.step", [2, 8]],
  ["type=run.started,deploy.*", [1, 8]],
  ["type=nothing.like_it", []],
  ["level=trace", [3, 4, 5, 7]],
  ["level=warning", [4, 5, 7]],
  ["category=business", [4, 7]],
  // One entry must meet all of it.
  ["level=warning&category=business", [4]],
  ["milestone=1", [5]],
  ["milestone=0", numbers(1, 8)],
  ["correlationId=order-7", [6]],
  ["type=log.*&level=error", [4, 7]],
] as const;

/** What is left out of a timeline for a reader, and how its cursor moves on all the same. */
export const filters: Chapter = {
  title: "filters",
  cases: [
    {
      name: "leaves out what does not fit, of streams and of pages, and keeps the order",
      run: async (base) => {
        const run = freshRun();
        await append(base, run, MIXED);
        for (const [query, indices] of FILTERS) {
          const blocks = await readHistory(`${base}/v1/${run}/stream?${query}`);
          const seen = eventsAmong(blocks).map((block) => envelopeOf(block).index);
          assert.deepEqual(seen, indices, `the stream with ${query}`);
          const page = await readPage(base, run, `?${query}`);
          assert.deepEqual(indicesOf(page), indices, `the page with ${query}`);
          assert.equal(page.caughtUp, true);
        }
      },
    },
    {
      name: "filters a subscription of a WebSocket alike",
      run: async (base) => {
        const run = freshRun();
        await append(base, run, MIXED);
        await withSocket(base, async ({ say, until }) => {
          for (const [i, [filter, expected]] of (
            [
              [{ type: "conformance.*" }, [2, 6]],
              [{ type: ["run.started", "deploy.*"] }, [1, 8]],
              [{ level: "warning", category: "business" }, [4]],
              [{ milestone: true }, [5]],
              [{ correlationId: "order-7" }, [6]],
            ] as const
          ).entries()) {
            const sub = `s${i}`;
            say({ op: "subscribe", sub, scope: run, filter });
            const events = eventsIn(await until(says("caught-up", sub)), sub);
            assert.deepEqual(
              events.map(({ event }) => event.index),
              expected,
            );
          }
        });
      },
    },
    {
      name: "leads through a filtered scope page by page",
      run: async (base) => {
        const run = freshRun();
        const drafts = numbers(1, 60).map((n) =>
          n % 3 === 0 ? { ...step(n), type: "x.y" } : step(n),
        );
        await append(base, run, drafts);
        const seen: number[] = [];
        let query = "?type=x.y&limit=7";
        for (;;) {
          const page = await readPage(base, run, query);
          seen.push(...indicesOf(page));
          if (page.caughtUp) break;
          query = `?type=x.y&limit=7&after=${page.next}`;
        }
        assert.deepEqual(
          seen,
          numbers(1, 20).map((n) => 3 * n),
        );
      },
    },
    {
      name: "resumes after the cursor of any event, also one that the filter leaves out",
      run: async (base) => {
        const run = freshRun();
        const stored = await append(base, run, [...MIXED, runCompleted]);
        for (const { cursor, index } of stored.slice(0, -1)) {
          const url = `${base}/v1/${run}/stream?type=conformance.*`;
          const blocks = await readWhole(url, { "last-event-id": cursor });
          const seen = eventsAmong(blocks).map((block) => envelopeOf(block).index);
          assert.deepEqual(
            seen,
            [2, 6].filter((i) => i > index),
          );
          assert.equal(blocks.at(-1)?.event, "stream.end", "a filter does not hide the end");
        }
      },
    },
    {
      name: "tells at least every 1,000 events how far it has passed over them",
      run: async (base) => {
        const run = freshRun();
        await append(base, run, steps(1000));
        const stored = await append(base, run, steps(500));
        const url = `${base}/v1/${run}/stream?type=never.seen`;
        const blocks = await readHistory(url);
        const checkpoint = blocks.find(isControl("checkpoint"));
        assert.ok(checkpoint, "there is no checkpoint in 1,500 events");
        assert.equal(checkpoint.id, frameOf(blocks, "checkpoint")["cursor"]);
        const sequence = Number(checkpoint.id?.split(".")[0]);
        assert.ok(sequence <= (stored.at(-1)?.sequence ?? 0), "it is ahead of what was passed");
        const rest = await readHistory(`${base}/v1/${run}/stream`, {
          "last-event-id": checkpoint.id ?? "",
        });
        const expected = await readPage(base, run, `?limit=1000&after=${checkpoint.id ?? ""}`);
        assert.deepEqual(
          cursorsOf(rest).slice(0, 1000),
          expected.events.map(({ cursor }) => cursor),
        );
      },
    },
    {
      name: "tells a reader that is there within seconds how far it has passed over events",
      run: async (base) => {
        const run = freshRun();
        await withStream(`${base}/v1/${run}/stream?type=never.seen`, async (stream) => {
          await readUntil(stream, isControl("caught-up"));
          const stored = await append(base, run, steps(3));
          const last = stored.at(-1)?.sequence ?? Infinity;
          await readUntil(
            stream,
            (block) => isControl("checkpoint")(block) && Number(block.id?.split(".")[0]) >= last,
          );
        });
      },
    },
    {
      name: "refuses a filter that is none, and names the parameter",
      run: async (base) => {
        const url = `${base}/v1/${freshRun()}`;
        for (const [name, text] of [
          ["type", "UPPER"],
          ["type", ""],
          ["level", "loud"],
          ["category", "private"],
          ["milestone", "maybe"],
          ["correlationId", "with blank"],
        ] as const) {
          for (const resource of ["stream", "events"]) {
            const address = `${url}/${resource}?${name}=${encodeURIComponent(text)}`;
            const answer = await get<Problem>(address);
            expectProblem(answer, "bad-parameter", { status: 400, pointer: `/query/${name}` });
          }
        }
      },
    },
  ],
};

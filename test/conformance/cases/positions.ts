import assert from "node:assert/strict";
import type { Chapter } from "../case.js";
import { step, steps } from "../kit/drafts.js";
import {
  cursorsOf,
  envelopeOf,
  frameOf,
  isControl,
  readEvents,
  readHistory,
  readUntil,
  withStream,
} from "../kit/event-stream.js";
import { expectProblem } from "../kit/problems.js";
import {
  append,
  appendOne,
  first,
  get,
  indicesOf,
  readPage,
  type Problem,
} from "../kit/requests.js";
import { freshRun } from "../kit/scopes.js";

const MALFORMED = [
  "x",
  "-1",
  "1.2.3",
  "1.",
  ".abc",
  "1e3",
  "0x10",
  "01",
  "1;2",
  "1.ABC",
  "9".repeat(30),
  "9".repeat(400),
];

/** A cursor that is sure to be beyond the end of the log, made from a real one. */
function beyond(cursor: string): string {
  const [sequence, epoch] = cursor.split(".");
  return `${Number(sequence) + 1_000_000_000}.${epoch ?? ""}`;
}

/** One that is like a cursor of this log, of an incarnation that has never been. */
const FOREIGN = "2.zzzzzzzzzz";

/** The table of cursors: what each kind is answered with. */
export const positions: Chapter = {
  title: "cursors",
  cases: [
    {
      name: "tells of a cursor of another epoch, and begins at the start",
      run: async (base) => {
        const run = freshRun();
        const stored = await append(base, run, steps(3));
        const url = `${base}/v1/${run}/stream`;
        for (const blocks of [
          await readHistory(url, { "last-event-id": FOREIGN }),
          await readHistory(`${url}?after=${FOREIGN}`),
        ]) {
          const { reason, requested } = frameOf(blocks, "gap");
          assert.deepEqual({ reason, requested }, { reason: "epoch", requested: FOREIGN });
          assert.equal(blocks.find(isControl("gap"))?.id, undefined, "a gap moves no cursor");
          assert.deepEqual(
            cursorsOf(blocks),
            stored.map(({ cursor }) => cursor),
          );
        }
        const page = await readPage(base, run, `?after=${FOREIGN}`);
        assert.equal(page.gap?.reason, "epoch");
        assert.deepEqual(indicesOf(page), [1, 2, 3]);
      },
    },
    {
      name: "refuses a cursor beyond the end of the log in a URL",
      run: async (base) => {
        const run = freshRun();
        const ahead = beyond((await appendOne(base, run, step(1))).cursor);
        for (const address of [
          `stream?after=${ahead}`,
          `stream?lastEventId=${ahead}`,
          `events?after=${ahead}`,
        ]) {
          const answer = await get<Problem>(`${base}/v1/${run}/${address}`);
          expectProblem(answer, "cursor-ahead", { status: 400 });
        }
      },
    },
    {
      name: "tells of a Last-Event-ID beyond the end of the log, and goes on with what is new",
      run: async (base) => {
        const run = freshRun();
        const ahead = beyond((await appendOne(base, run, step(1))).cursor);
        const headers = { "last-event-id": ahead };
        const read = async (stream: Parameters<typeof readUntil>[0]) => {
          const blocks = await readUntil(stream, isControl("caught-up"));
          const { reason, requested } = frameOf(blocks, "gap");
          assert.deepEqual({ reason, requested }, { reason: "ahead", requested: ahead });
          assert.deepEqual(cursorsOf(blocks), []);
          await appendOne(base, run, step(2));
          assert.equal(envelopeOf(first(await readEvents(stream, 1))).index, 2);
        };
        await withStream(`${base}/v1/${run}/stream`, read, headers);
      },
    },
    {
      name: "refuses a malformed cursor in a URL, and names the parameter",
      run: async (base) => {
        const url = `${base}/v1/${freshRun()}`;
        for (const text of [...MALFORMED, "", "1\0", "1 "]) {
          for (const [address, name] of [
            ["stream", "after"],
            ["stream", "lastEventId"],
            ["events", "after"],
            ["events", "before"],
          ] as const) {
            const query = `${name}=${encodeURIComponent(text)}`;
            const answer = await get<Problem>(`${url}/${address}?${query}`);
            expectProblem(answer, "bad-cursor", { status: 400, pointer: `/query/${name}` });
          }
        }
      },
    },
    {
      name: "refuses a malformed cursor in Last-Event-ID",
      run: async (base) => {
        const url = `${base}/v1/${freshRun()}/stream`;
        for (const text of MALFORMED) {
          const answer = await get<Problem>(url, { "last-event-id": text });
          expectProblem(answer, "bad-cursor", { status: 400 });
        }
      },
    },
    {
      name: "says nothing of a gap where nothing is lost",
      run: async (base) => {
        const run = freshRun();
        const { sequence } = await appendOne(base, run, step(1));
        for (const query of ["", "?after=0", `?after=${sequence - 1}`, `?after=${sequence}`]) {
          const blocks = await readHistory(`${base}/v1/${run}/stream${query}`);
          assert.ok(!blocks.some(isControl("gap")), `a gap with ${query}`);
        }
      },
    },
  ],
};

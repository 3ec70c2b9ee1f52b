import assert from "node:assert/strict";
import type { Chapter } from "../case.js";
import { jobCompleted, runCompleted, step, steps } from "../kit/drafts.js";
import {
  cursorsOf,
  eventsAmong,
  frameOf,
  isControl,
  readUntil,
  readWhole,
  statusOf,
  withStream,
} from "../kit/event-stream.js";
import { append, appendOne, last } from "../kit/requests.js";
import { freshRun } from "../kit/scopes.js";

/** What ends a scope, and how its readers learn that everything has been sent. */
export const ends: Chapter = {
  title: "ends",
  cases: [
    {
      name: "says that a run has ended, after everything in it, and closes",
      run: async (base) => {
        const run = freshRun();
        await append(base, `${run}/jobs/j`, steps(3));
        const end = last(await append(base, run, [...steps(2), runCompleted]));
        const blocks = await readWhole(`${base}/v1/${run}/stream`);
        assert.equal(eventsAmong(blocks).length, 6);
        assert.equal(last(blocks).event, "stream.end");
        const { sequence, count, headHash, status, cursor } = frameOf(blocks, "end");
        assert.deepEqual(
          { sequence, count, headHash, status },
          { sequence: end.sequence, count: 3, headHash: end.hash, status: "completed" },
        );
        assert.equal(last(blocks).id, cursor);
      },
    },
    {
      name: "says it to a reader that is there when it happens",
      run: async (base) => {
        const run = freshRun();
        await withStream(`${base}/v1/${run}/stream`, async (stream) => {
          await readUntil(stream, isControl("caught-up"));
          const { cursor } = await appendOne(base, run, runCompleted);
          const blocks = await readUntil(stream, isControl("end"));
          assert.deepEqual(cursorsOf(blocks), [cursor]);
          assert.equal((await stream.pieces.next()).done, true);
        });
      },
    },
    {
      name: "answers 204 to a reader that has everything, wherever it says so",
      run: async (base) => {
        const run = freshRun();
        await append(base, run, [step(1), runCompleted]);
        const url = `${base}/v1/${run}/stream`;
        const id = last(await readWhole(url)).id ?? "";
        assert.equal(await statusOf(url, { "last-event-id": id }), 204);
        assert.equal(await statusOf(`${url}?lastEventId=${id}`), 204);
        assert.equal(await statusOf(`${url}?after=${id}`), 204);
        assert.equal(await statusOf(`${url}?from=start`, { "last-event-id": id }), 204);
        const again = await readWhole(url);
        assert.equal(eventsAmong(again).length, 2, "from the start, it can be read again");
      },
    },
    {
      name: "names how a run, a pack-run and a job have ended",
      run: async (base) => {
        const run = freshRun();
        for (const [scope, type, payload, status] of [
          [`${run}/jobs/a`, jobCompleted.type, jobCompleted.payload, "completed"],
          [
            `${run}/jobs/b`,
            "job.failed",
            { ...jobCompleted.payload, error: { code: "no", message: "no", retryable: false } },
            "failed",
          ],
          [`${run}/pack-runs/p`, "pack_run.canceled", { durationMs: 1 }, "canceled"],
          [run, "run.timed_out", { durationMs: 1 }, "timed_out"],
        ] as const) {
          await appendOne(base, scope, { type, payload });
          const blocks = await readWhole(`${base}/v1/${scope}/stream`);
          assert.equal(frameOf(blocks, "end")["status"], status);
        }
      },
    },
    {
      name: "does not end a run with a job in it",
      run: async (base) => {
        const run = freshRun();
        await withStream(`${base}/v1/${run}/stream`, async (stream) => {
          await readUntil(stream, isControl("caught-up"));
          await appendOne(base, `${run}/jobs/j`, jobCompleted);
          await append(base, run, [step(1), runCompleted]);
          const blocks = await readUntil(stream, isControl("end"));
          assert.deepEqual(
            eventsAmong(blocks).map(({ event }) => event),
            ["job.completed", "conformance.step", "run.completed"],
          );
        });
      },
    },
  ],
};

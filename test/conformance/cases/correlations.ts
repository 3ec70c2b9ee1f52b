import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import type { Chapter } from "../case.js";
import { runCompleted, step, steps } from "../kit/drafts.js";
import {
  cursorsOf,
  isControl,
  readEvents,
  readHistory,
  readUntil,
  withStream,
} from "../kit/event-stream.js";
import { append, appendOne, readPage } from "../kit/requests.js";
import { freshRun } from "../kit/scopes.js";

/** Forty events of three runs, every other one of them with the same correlation id. */
async function correlated(base: string) {
  const runs = [freshRun(), freshRun(), freshRun()];
  const id = `conformance-${randomUUID()}`;
  const drafts = steps(40).map((draft, i) => ({
    ...draft,
    scope: `${runs[i % 3] ?? ""}/jobs/j`,
    ...(i % 2 === 0 && { correlationId: id }),
  }));
  const stored = await append(base, "", drafts);
  return {
    id,
    runs,
    timeline: `correlations/${id}`,
    cursors: stored.filter((_, i) => i % 2 === 0).map(({ cursor }) => cursor),
  };
}

/** `correlations/<id>` in the place of a scope. */
export const correlations: Chapter = {
  title: "correlations",
  cases: [
    {
      name: "holds what carries an id, of every scope, in the order of the log",
      run: async (base) => {
        const { timeline, cursors } = await correlated(base);
        const { events } = await readPage(base, timeline, "?limit=1000");
        assert.deepEqual(
          events.map(({ cursor }) => cursor),
          cursors,
        );
        assert.deepEqual(cursorsOf(await readHistory(`${base}/v1/${timeline}/stream`)), cursors);
        const headers = { accept: "application/x-ndjson" };
        const response = await fetch(`${base}/v1/${timeline}/events`, { headers });
        const lines = (await response.text()).split("\n").filter((line) => line !== "");
        assert.deepEqual(
          lines.map((line) => (JSON.parse(line) as { cursor: string }).cursor),
          cursors,
        );
      },
    },
    {
      name: "goes on exactly after every cursor",
      run: async (base) => {
        const { timeline, cursors } = await correlated(base);
        for (const [i, cursor] of cursors.entries()) {
          const headers = { "last-event-id": cursor };
          const blocks = await readHistory(`${base}/v1/${timeline}/stream`, headers);
          assert.deepEqual(cursorsOf(blocks), cursors.slice(i + 1));
        }
      },
    },
    {
      name: "goes on with what happens, whichever scope it happens in",
      run: async (base) => {
        const { timeline, id, runs, cursors } = await correlated(base);
        await withStream(`${base}/v1/${timeline}/stream`, async (stream) => {
          const history = await readUntil(stream, isControl("caught-up"));
          assert.deepEqual(cursorsOf(history), cursors);
          await appendOne(base, freshRun(), step(1));
          const live = await append(
            base,
            "",
            [...runs, freshRun()].map((scope) => step(1, { scope, correlationId: id })),
          );
          assert.deepEqual(
            cursorsOf(await readEvents(stream, live.length)),
            live.map(({ cursor }) => cursor),
          );
        });
      },
    },
    {
      name: "holds a run and what is in it under the id of the run, by default",
      run: async (base) => {
        const run = freshRun();
        const timeline = run.replace("runs/", "correlations/");
        await append(base, "", [
          step(1, { scope: run }),
          step(2, { scope: `${run}/pack-runs/p/jobs/j` }),
          { ...runCompleted, scope: run },
        ]);
        const page = await readPage(base, timeline);
        assert.deepEqual(page.events, (await readPage(base, run)).events);
      },
    },
    {
      name: "opens for an id that nothing carries, is caught up, and waits",
      run: async (base) => {
        const id = `conformance-${randomUUID()}`;
        assert.deepEqual((await readPage(base, `correlations/${id}`)).events, []);
        await withStream(`${base}/v1/correlations/${id}/stream`, async (stream) => {
          await readUntil(stream, isControl("caught-up"));
          const { cursor } = await appendOne(base, freshRun(), step(1, { correlationId: id }));
          assert.deepEqual(cursorsOf(await readEvents(stream, 1)), [cursor]);
        });
      },
    },
  ],
};

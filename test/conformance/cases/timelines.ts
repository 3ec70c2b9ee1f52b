import assert from "node:assert/strict";
import type { Chapter } from "../case.js";
import { runCompleted, step, steps } from "../kit/drafts.js";
import {
  cursorsOf,
  envelopeOf,
  isControl,
  readUntil,
  readWhole,
  withStream,
  type Block,
} from "../kit/event-stream.js";
import { append, item, readPage } from "../kit/requests.js";
import { freshRun } from "../kit/scopes.js";

/** Scopes in scopes. */
export const timelines: Chapter = {
  title: "timelines",
  cases: [
    {
      name: "holds the events of every scope below in the order of the log, for each parent alike",
      run: async (base) => {
        const run = freshRun();
        const pack = `${run}/pack-runs/p`;
        const scopes = [run, `${run}/jobs/a`, pack, `${pack}/jobs/b`, `${pack}/jobs/c`];
        const drafts = steps(100).map((draft, i) => ({
          ...draft,
          scope: item(scopes, (i * 7) % 5),
        }));
        const stored = await append(base, "", drafts);
        await append(base, "", [{ ...runCompleted, scope: run }]);
        const expected = (timeline: string) =>
          stored
            .filter((_, i) => `${drafts[i]?.scope ?? ""}/`.startsWith(`${timeline}/`))
            .map(({ cursor }) => cursor);
        for (const timeline of scopes) {
          const page = await readPage(base, timeline, "?limit=1000");
          const cursors = page.events
            .map(({ cursor }) => cursor)
            .slice(0, expected(timeline).length);
          assert.deepEqual(cursors, expected(timeline), `the page of ${timeline}`);
          const last = page.events.at(-1)?.sequence ?? 0;
          const blocks = await readWhole(`${base}/v1/${timeline}/stream?to=${last}`);
          assert.deepEqual(
            cursorsOf(blocks),
            page.events.map(({ cursor }) => cursor),
            `the stream of ${timeline}`,
          );
        }
      },
    },
    {
      name: "keeps scopes apart whose ids begin alike",
      run: async (base) => {
        const run = freshRun();
        await append(base, "", [
          step(1, { scope: run }),
          step(2, { scope: `${run}-b` }),
          step(3, { scope: `${run}/jobs/j` }),
          step(4, { scope: `${run}/jobs/j-2` }),
        ]);
        const numbersIn = async (scope: string) =>
          (await readPage(base, scope)).events.map(({ event }) => event.payload["n"]);
        assert.deepEqual(await numbersIn(run), [1, 3, 4]);
        assert.deepEqual(await numbersIn(`${run}-b`), [2]);
        assert.deepEqual(await numbersIn(`${run}/jobs/j`), [3]);
      },
    },
    {
      name: "takes scopes of one to three pairs, and ids of all their characters",
      run: async (base) => {
        const run = freshRun();
        const id = "aZ9_:@=+~-";
        const pack = run.replace("runs/", "pack-runs/");
        const scopes = [
          run,
          `${run}/jobs/${id}`,
          `${run}/pack-runs/${id}`,
          `${run}/pack-runs/${id}/jobs/${id}`,
          pack,
          `${pack}/jobs/${id}`,
          run.replace("runs/", "jobs/"),
        ];
        for (const scope of scopes) {
          const encoded = scope.split("/").map(encodeURIComponent).join("/");
          await append(base, encoded, [step(1)]);
          const { events } = await readPage(base, scope);
          assert.ok(events.some(({ event }) => event.scope === scope));
        }
      },
    },
    {
      name: "follows the whole tenant at /v1/stream, in the order of the log",
      run: (base) =>
        withStream(`${base}/v1/stream?from=now`, async (stream) => {
          await readUntil(stream, isControl("caught-up"));
          const runs = [freshRun(), freshRun()];
          const stored = [
            ...(await append(base, item(runs, 0), steps(3))),
            ...(await append(base, item(runs, 1), [...steps(3), runCompleted])),
          ];
          // On a server in use, others' events are among them.
          const isOurs = (block: Block) =>
            !block.event?.startsWith("stream.") && runs.includes(envelopeOf(block).scope);
          let ours = 0;
          const blocks = await readUntil(
            stream,
            (block) => isOurs(block) && ++ours === stored.length,
          );
          assert.deepEqual(
            blocks.filter(isOurs).map(({ id }) => id),
            stored.map(({ cursor }) => cursor),
          );
        }),
    },
  ],
};

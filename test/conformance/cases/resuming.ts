import assert from "node:assert/strict";
import type { Chapter } from "../case.js";
import { inBatches } from "../kit/batches.js";
import { runCompleted, step, steps } from "../kit/drafts.js";
import {
  cursorsOf,
  envelopeOf,
  eventsAmong,
  frameOf,
  isControl,
  readEvents,
  readUntil,
  readWhole,
  statusOf,
  withStream,
} from "../kit/event-stream.js";
import { append, appendOne, first, item, last } from "../kit/requests.js";
import { freshRun } from "../kit/scopes.js";

/** Streams that are opened at once. */
const ABREAST = 20;

/** A run of 200 events that has ended, on three scopes. */
async function endedRun(base: string): Promise<{ stream: string; cursors: string[] }> {
  const run = freshRun();
  const scopes = [run, `${run}/jobs/a`, `${run}/pack-runs/p/jobs/b`];
  const drafts = steps(199).map((draft, i) => ({ ...draft, scope: item(scopes, i % 3) }));
  const stored = await append(base, "", drafts);
  const end = await appendOne(base, run, runCompleted);
  return {
    stream: `${base}/v1/${run}/stream`,
    cursors: [...stored, end].map(({ cursor }) => cursor),
  };
}

/** Going on where another connection stopped. */
export const resuming: Chapter = {
  title: "resuming",
  cases: [
    {
      name: "goes on exactly after every cursor of a stream of 200 events, by Last-Event-ID",
      run: async (base) => {
        const { stream, cursors } = await endedRun(base);
        await inBatches(cursors.slice(0, -1), ABREAST, async (cursor, i) => {
          const blocks = await readWhole(stream, { "last-event-id": cursor });
          assert.deepEqual(cursorsOf(blocks), cursors.slice(i + 1), `after ${cursor}`);
          assert.equal(last(blocks).event, "stream.end");
        });
        assert.equal(await statusOf(stream, { "last-event-id": last(cursors) }), 204);
      },
    },
    {
      name: "goes on exactly after every cursor of a stream of 200 events, by URL",
      run: async (base) => {
        const { stream, cursors } = await endedRun(base);
        await inBatches(cursors.slice(0, -1), ABREAST, async (cursor, i) => {
          const parameter = i % 2 === 0 ? "after" : "lastEventId";
          const blocks = await readWhole(`${stream}?${parameter}=${cursor}`);
          assert.deepEqual(cursorsOf(blocks), cursors.slice(i + 1), `after ${cursor}`);
        });
      },
    },
    {
      name: "goes on from every id that it has sent, that of a control frame too",
      run: async (base) => {
        const run = freshRun();
        await append(base, run, steps(3));
        const url = `${base}/v1/${run}/stream`;
        const blocks = await withStream(url, async (stream) => {
          const history = await readUntil(stream, isControl("caught-up"));
          await append(base, run, [step(4), runCompleted]);
          return [...history, ...(await readUntil(stream, isControl("end")))];
        });
        for (const [i, { id, event }] of blocks.entries()) {
          assert.ok(id !== undefined, `${event ?? "an event"} has no id`);
          const rest = cursorsOf(blocks.slice(i + 1));
          const isDone = rest.length === 0;
          const headers = { "last-event-id": id };
          if (isDone) assert.equal(await statusOf(url, headers), 204);
          else assert.deepEqual(cursorsOf(await readWhole(url, headers)), rest, `after ${id}`);
        }
      },
    },
    {
      name: "lets Last-Event-ID win over lastEventId, and that over after",
      run: async (base) => {
        const run = freshRun();
        const stored = await append(base, run, [...steps(9), runCompleted]);
        const at = (index: number) => item(stored, index - 1).cursor;
        const url = `${base}/v1/${run}/stream?after=${at(2)}&lastEventId=${at(4)}`;
        const indices = async (address: string, headers = {}) =>
          eventsAmong(await readWhole(address, headers)).map((block) => envelopeOf(block).index);
        assert.deepEqual(await indices(url, { "last-event-id": at(7) }), [8, 9, 10]);
        assert.deepEqual(await indices(url), [5, 6, 7, 8, 9, 10]);
        const fromStart = `${base}/v1/${run}/stream?from=start`;
        assert.deepEqual(await indices(fromStart, { "last-event-id": at(8) }), [9, 10]);
      },
    },
    {
      name: "takes an empty Last-Event-ID for none",
      run: async (base) => {
        const run = freshRun();
        await append(base, run, [step(1), runCompleted]);
        const blocks = await readWhole(`${base}/v1/${run}/stream`, { "last-event-id": "" });
        assert.equal(cursorsOf(blocks).length, 2);
      },
    },
    {
      name: "misses nothing that is appended while its reader is away",
      run: async (base) => {
        const run = freshRun();
        const url = `${base}/v1/${run}/stream`;
        const { id } = first(
          await withStream(url, (stream) => readUntil(stream, isControl("open"))),
        );
        await append(base, run, steps(5));
        const headers = { "last-event-id": id ?? "" };
        const blocks = await withStream(url, (stream) => readEvents(stream, 5), headers);
        assert.deepEqual(
          eventsAmong(blocks).map((block) => envelopeOf(block).index),
          [1, 2, 3, 4, 5],
        );
        assert.equal(frameOf(blocks, "open")["cursor"], id);
      },
    },
    {
      name: "goes on in a timeline from a cursor of another one",
      run: async (base) => {
        const [run, other] = [freshRun(), freshRun()];
        await appendOne(base, run, step(1));
        const { cursor } = await appendOne(base, other, step(1));
        await append(base, run, [step(2), runCompleted]);
        const blocks = await readWhole(`${base}/v1/${run}/stream?after=${cursor}`);
        assert.deepEqual(
          eventsAmong(blocks).map((block) => envelopeOf(block).index),
          [2, 3],
        );
      },
    },
  ],
};

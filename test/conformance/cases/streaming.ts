import assert from "node:assert/strict";
import type { Chapter } from "../case.js";
import { numbers, runCompleted, step, steps } from "../kit/drafts.js";
import {
  cursorsOf,
  envelopeOf,
  eventsAmong,
  frameOf,
  isControl,
  readEvents,
  readHistory,
  readUntil,
  readWhole,
  withStream,
} from "../kit/event-stream.js";
import { append, appendOne, first, item } from "../kit/requests.js";
import { freshRun } from "../kit/scopes.js";

/** `GET /v1/<scope>/stream`: what it brings and where it starts. */
export const streaming: Chapter = {
  title: "streaming",
  cases: [
    {
      name: "opens as an event stream that nothing on the way may keep or change",
      run: (base) =>
        withStream(`${base}/v1/${freshRun()}/stream`, async (stream) => {
          await readUntil(stream, isControl("open"));
          assert.match(stream.headers.get("content-type") ?? "", /^text\/event-stream/);
          assert.match(stream.headers.get("cache-control") ?? "", /no-cache/);
          assert.ok(stream.headers.get("x-request-id"));
        }),
    },
    {
      name: "opens for a scope without events, is caught up, and waits for the first",
      run: async (base) => {
        const run = freshRun();
        await withStream(`${base}/v1/${run}/stream`, async (stream) => {
          const opened = await readUntil(stream, isControl("caught-up"));
          assert.deepEqual(
            opened.map(({ event }) => event),
            ["stream.open", "stream.caught-up"],
          );
          const stored = await appendOne(base, run, step(1));
          const block = first(await readEvents(stream, 1));
          assert.deepEqual(
            { id: block.id, event: block.event, hash: envelopeOf(block).hash },
            { id: stored.cursor, event: "conformance.step", hash: stored.hash },
          );
        });
      },
    },
    {
      name: "says where it starts: scope, cursor, head and epoch",
      run: async (base) => {
        const run = freshRun();
        const { cursor } = await appendOne(base, run, step(1));
        const blocks = await readHistory(`${base}/v1/${run}/stream?after=${cursor}`);
        const open = first(blocks);
        const frame = frameOf(blocks, "open");
        assert.deepEqual([open.event, open.id], ["stream.open", cursor]);
        assert.deepEqual(
          { scope: frame["scope"], cursor: frame["cursor"], epoch: frame["epoch"] },
          { scope: run, cursor, epoch: cursor.split(".")[1] },
        );
        const head = Number(String(frame["head"]).split(".")[0]);
        assert.ok(head >= Number(cursor.split(".")[0]), "the head is behind an event");
      },
    },
    {
      name: "sends history, then says so, then what happens",
      run: async (base) => {
        const run = freshRun();
        await append(base, run, steps(3));
        await withStream(`${base}/v1/${run}/stream`, async (stream) => {
          const history = await readUntil(stream, isControl("caught-up"));
          assert.deepEqual(
            history.map(({ event }) => event),
            ["stream.open", ...steps(3).map(({ type }) => type), "stream.caught-up"],
          );
          const [, caughtUp] = [history.at(0), history.at(-1)];
          assert.equal(caughtUp?.id, frameOf(history, "caught-up")["cursor"]);
          await append(base, run, [step(4)]);
          assert.equal(envelopeOf(first(await readEvents(stream, 1))).index, 4);
        });
      },
    },
    {
      name: "brings each event once and in order while it is being appended",
      run: async (base) => {
        const run = freshRun();
        await append(base, run, steps(50));
        const appended = (async () => {
          for (let i = 0; i < 10; i++) await append(base, run, steps(20));
        })();
        const seen = await Promise.all(
          numbers(1, 5).map(() =>
            withStream(`${base}/v1/${run}/stream`, (stream) => readEvents(stream, 250)),
          ),
        );
        await appended;
        for (const blocks of seen) {
          assert.deepEqual(
            eventsAmong(blocks).map((block) => envelopeOf(block).index),
            numbers(1, 250),
          );
        }
      },
    },
    {
      name: "sends the stored bytes, the same as pages do",
      run: async (base) => {
        const run = freshRun();
        await append(base, run, [step(1, { payload: { text: "ünï ✓ \u2028 \u{1f600}\n\t" } })]);
        const page = await (await fetch(`${base}/v1/${run}/events`)).text();
        const block = first(eventsAmong(await readHistory(`${base}/v1/${run}/stream`)));
        assert.ok(page.includes(`"event":${block.data}}`), "the page has other bytes");
      },
    },
    {
      name: "starts at the start, at a sequence, after a cursor, and with the newest",
      run: async (base) => {
        const run = freshRun();
        const stored = await append(base, run, steps(10));
        const fourth = item(stored, 3);
        for (const [query, indices] of [
          ["from=start", numbers(1, 10)],
          [`from=${fourth.sequence}`, numbers(4, 10)],
          [`after=${fourth.cursor}`, numbers(5, 10)],
          [`after=${fourth.sequence}`, numbers(5, 10)],
          [`lastEventId=${fourth.cursor}`, numbers(5, 10)],
          ["last=3", [8, 9, 10]],
          ["last=1000", numbers(1, 10)],
          ["from=now", []],
        ] as const) {
          const blocks = await readHistory(`${base}/v1/${run}/stream?${query}`);
          const seen = eventsAmong(blocks).map((block) => envelopeOf(block).index);
          assert.deepEqual(seen, indices, query);
        }
      },
    },
    {
      name: "goes on with what is new after from=now and last",
      run: async (base) => {
        for (const [query, indices] of [
          ["from=now", [4]],
          ["last=1", [3, 4]],
        ] as const) {
          const run = freshRun();
          await append(base, run, steps(3));
          await withStream(`${base}/v1/${run}/stream?${query}`, async (stream) => {
            const before = await readUntil(stream, isControl("caught-up"));
            await appendOne(base, run, step(4));
            const blocks = [...before, ...(await readEvents(stream, 1))];
            const seen = eventsAmong(blocks).map((block) => envelopeOf(block).index);
            assert.deepEqual(seen, indices, query);
          });
        }
      },
    },
    {
      name: "ends after the sequence that to names, with a checkpoint there",
      run: async (base) => {
        const run = freshRun();
        const stored = await append(base, run, steps(10));
        const { sequence, cursor } = item(stored, 5);
        const blocks = await readWhole(`${base}/v1/${run}/stream?to=${sequence}`);
        assert.deepEqual(
          eventsAmong(blocks).map((block) => envelopeOf(block).index),
          numbers(1, 6),
        );
        assert.equal(blocks.at(-1)?.event, "stream.checkpoint");
        assert.deepEqual(
          [blocks.at(-1)?.id, frameOf(blocks, "checkpoint")["cursor"]],
          [cursor, cursor],
        );
      },
    },
    {
      name: "waits for the sequence that to names when it is still to come",
      run: async (base) => {
        const run = freshRun();
        const { sequence } = await appendOne(base, run, step(1));
        await withStream(`${base}/v1/${run}/stream?to=${sequence + 2}`, async (stream) => {
          const before = await readUntil(stream, isControl("caught-up"));
          await append(base, run, steps(3));
          const rest = await readUntil(stream, isControl("checkpoint"));
          const cursors = cursorsOf([...before, ...rest]);
          assert.ok(cursors.every((cursor) => Number(cursor.split(".")[0]) <= sequence + 2));
          assert.ok(cursors.length >= 1);
          assert.equal((await stream.pieces.next()).done, true);
        });
      },
    },
    {
      name: "leaves the names of events out with as=message, and those of control frames in",
      run: async (base) => {
        const run = freshRun();
        await append(base, run, [step(1), runCompleted]);
        const blocks = await readWhole(`${base}/v1/${run}/stream?as=message`);
        assert.deepEqual(
          blocks.map(({ event }) => event),
          ["stream.open", undefined, undefined, "stream.caught-up", "stream.end"],
        );
      },
    },
    {
      name: "sends the state with snapshot=1, and with from=now goes on from there",
      run: async (base) => {
        const run = freshRun();
        await append(base, run, [{ type: "run.started", payload: { workflowId: "w" } }, step(1)]);
        await withStream(`${base}/v1/${run}/stream?snapshot=1&from=now`, async (stream) => {
          const opened = await readUntil(stream, isControl("caught-up"));
          assert.ok(frameOf(opened, "open")["snapshot"], "there is no snapshot");
          assert.deepEqual(cursorsOf(opened), []);
          await appendOne(base, run, step(2));
          assert.equal(envelopeOf(first(await readEvents(stream, 1))).index, 3);
        });
      },
    },
    {
      name: "sends a comment to a reader that nothing happens for",
      run: (base) =>
        withStream(`${base}/v1/${freshRun()}/stream`, async ({ pieces }) => {
          for await (const piece of pieces) {
            if (piece.kind === "comment") return;
            const isExpected =
              piece.kind === "retry" || isControl("open")(piece) || isControl("caught-up")(piece);
            assert.ok(isExpected, `${JSON.stringify(piece)} before a comment`);
          }
          assert.fail("the stream ended before a comment");
        }),
    },
  ],
};

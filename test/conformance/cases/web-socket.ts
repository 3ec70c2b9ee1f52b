import assert from "node:assert/strict";
import { once } from "node:events";
import type { Chapter } from "../case.js";
import { inBatches } from "../kit/batches.js";
import { numbers, runCompleted, step, steps } from "../kit/drafts.js";
import { eventsAmong, readWhole } from "../kit/event-stream.js";
import { canonicalText } from "../kit/json.js";
import { append, appendOne, item, last } from "../kit/requests.js";
import { freshRun } from "../kit/scopes.js";
import { codeOf, eventsIn, says, SUBPROTOCOL, withSocket, type Message } from "../kit/socket.js";

const indices = (messages: readonly Message[], sub: string) =>
  eventsIn(messages, sub).map(({ event }) => event.index);

/** `GET /v1/ws`. */
export const webSocket: Chapter = {
  title: "WebSocket",
  cases: [
    {
      name: "speaks runtrail.v1",
      run: (base) =>
        withSocket(base, ({ socket }) => {
          assert.equal(socket.protocol, SUBPROTOCOL);
          return Promise.resolve();
        }),
    },
    {
      name: "sends history, then says so, then what happens",
      run: async (base) => {
        const run = freshRun();
        const stored = await append(base, run, steps(5));
        await withSocket(base, async ({ say, until }) => {
          say({ op: "subscribe", sub: "a", scope: run });
          const history = await until(says("caught-up", "a"));
          assert.equal(history[0]?.op, "open");
          assert.equal(history[0]["scope"], run);
          assert.deepEqual(
            eventsIn(history, "a").map(({ cursor }) => cursor),
            stored.map(({ cursor }) => cursor),
          );
          const { cursor } = await appendOne(base, run, step(6));
          const live = await until(says("events", "a"));
          assert.deepEqual(
            eventsIn(live, "a").map((each) => each.cursor),
            [cursor],
          );
        });
      },
    },
    {
      name: "sends the same events as server-sent events do, and the same end",
      run: async (base) => {
        const run = freshRun();
        await append(base, run, [...steps(30), runCompleted]);
        const blocks = await readWhole(`${base}/v1/${run}/stream`);
        await withSocket(base, async ({ say, until }) => {
          say({ op: "subscribe", sub: "a", scope: run });
          const messages = await until(says("end", "a"));
          assert.deepEqual(
            eventsIn(messages, "a").map(({ cursor, event }) => [cursor, canonicalText(event)]),
            eventsAmong(blocks).map(({ id, data }) => [id, data]),
          );
          const { op, sub, ...end } = last(messages);
          assert.deepEqual({ op, sub }, { op: "end", sub: "a" });
          assert.deepEqual(end, JSON.parse(last(blocks).data));
        });
      },
    },
    {
      name: "goes on exactly after every cursor of a stream of 200 events, on one socket",
      run: async (base) => {
        const run = freshRun();
        const stored = await append(base, run, [...steps(199), runCompleted]);
        await withSocket(base, ({ say, until }) =>
          inBatches(stored.slice(0, -1), 1, async ({ cursor, index }) => {
            const sub = `after-${index}`;
            say({ op: "subscribe", sub, scope: run, after: cursor });
            const messages = await until(says("end", sub));
            assert.deepEqual(indices(messages, sub), numbers(index + 1, 200));
          }),
        );
      },
    },
    {
      name: "carries many subscriptions, each in its own order",
      run: async (base) => {
        const runs = numbers(1, 20).map(() => freshRun());
        await withSocket(base, async ({ say, until }) => {
          for (const [i, scope] of runs.entries()) say({ op: "subscribe", sub: `s${i}`, scope });
          const appended = Promise.all(
            runs.map((run) => append(base, run, [...steps(20), runCompleted])),
          );
          const open = new Set(runs.map((_, i) => `s${i}`));
          const messages = await until(({ op, sub = "" }) => {
            if (op === "end") open.delete(sub);
            return open.size === 0;
          });
          await appended;
          for (const i of runs.keys()) assert.deepEqual(indices(messages, `s${i}`), numbers(1, 21));
        });
      },
    },
    {
      name: "starts at a sequence, now, and with the newest, and ends where to says",
      run: async (base) => {
        const run = freshRun();
        const stored = await append(base, run, steps(10));
        const { sequence: fourth } = item(stored, 3);
        const { sequence: sixth } = item(stored, 5);
        await withSocket(base, async ({ say, until }) => {
          for (const [start, lastOp, expected] of [
            [{ from: fourth }, "caught-up", numbers(4, 10)],
            [{ from: "start" }, "caught-up", numbers(1, 10)],
            [{ from: "now" }, "caught-up", []],
            [{ last: 3 }, "caught-up", [8, 9, 10]],
            [{ from: fourth, to: sixth }, "checkpoint", [4, 5, 6]],
          ] as const) {
            const sub = JSON.stringify(start).replaceAll(/[^a-z0-9]/g, "-");
            say({ op: "subscribe", sub, scope: run, ...start });
            const messages = await until(says(lastOp, sub));
            assert.deepEqual(indices(messages, sub), expected);
          }
        });
      },
    },
    {
      name: "sends nothing of a subscription after it has confirmed that it is over",
      run: async (base) => {
        const run = freshRun();
        await withSocket(base, async ({ say, until }) => {
          say({ op: "subscribe", sub: "a", scope: run });
          say({ op: "subscribe", sub: "b", scope: run });
          await until(says("caught-up", "b"));
          say({ op: "unsubscribe", sub: "a" });
          await until(says("unsubscribed", "a"));
          await append(base, run, [step(1), runCompleted]);
          const messages = await until(says("end", "b"));
          assert.deepEqual(indices(messages, "b"), [1, 2]);
          assert.ok(messages.every(({ sub }) => sub === "b"));
          // The name is free again.
          say({ op: "subscribe", sub: "a", scope: run });
          assert.deepEqual(indices(await until(says("end", "a")), "a"), [1, 2]);
        });
      },
    },
    {
      name: "tells of a cursor of another epoch, and refuses one that is malformed or ahead",
      run: async (base) => {
        const run = freshRun();
        const { cursor } = await appendOne(base, run, step(1));
        const [sequence, epoch] = cursor.split(".");
        await withSocket(base, async ({ say, until }) => {
          say({ op: "subscribe", sub: "e", scope: run, after: "2.zzzzzzzzzz" });
          const messages = await until(says("caught-up", "e"));
          assert.equal(messages.find(says("gap", "e"))?.["reason"], "epoch");
          assert.deepEqual(indices(messages, "e"), [1]);
          const ahead = `${Number(sequence) + 1_000_000_000}.${epoch ?? ""}`;
          say({ op: "subscribe", sub: "f", scope: run, after: ahead });
          assert.equal(codeOf(last(await until(says("error", "f")))), "cursor-ahead");
          say({ op: "subscribe", sub: "g", scope: run, after: "x" });
          assert.equal(codeOf(last(await until(says("error", "g")))), "bad-cursor");
        });
      },
    },
    {
      name: "answers a message that it cannot follow with an error, and keeps the socket",
      run: async (base) => {
        const run = freshRun();
        await withSocket(base, async ({ say, until }) => {
          for (const bad of [
            { op: "dance" },
            { op: "subscribe", sub: "a", scope: "trains/x" },
            { op: "subscribe", sub: "", scope: run },
            { op: "subscribe", sub: "a", scope: run, after: "1", from: "start" },
            { op: "unsubscribe", sub: "never" },
            {},
            [],
          ]) {
            say(bad);
            const error = last(await until(says("error")));
            assert.ok(codeOf(error), `${JSON.stringify(bad)} has no problem`);
          }
          say({ op: "subscribe", sub: "a", scope: run });
          await until(says("caught-up", "a"));
          say({ op: "subscribe", sub: "a", scope: run });
          const refused = last(await until(says("error")));
          assert.equal(refused.sub, undefined, "the one that is open stays open");
          await appendOne(base, run, step(1));
          assert.deepEqual(indices(await until(says("events", "a")), "a"), [1]);
        });
      },
    },
    {
      name: "closes with 4400 when a message is not JSON, and with 1003 when it is not text",
      run: async (base) => {
        for (const [data, code] of [
          ["{op", 4400],
          [new Uint8Array([1, 2, 3]), 1003],
        ] as const) {
          await withSocket(base, async ({ sayRaw, closed }) => {
            sayRaw(data);
            assert.equal(await closed, code);
          });
        }
      },
    },
    {
      name: "pings a client that nothing happens for",
      run: (base) =>
        withSocket(base, async ({ socket }) => {
          await once(socket, "ping");
        }),
    },
  ],
};

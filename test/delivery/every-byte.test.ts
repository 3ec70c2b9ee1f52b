import { once } from "node:events";
import { get, type IncomingMessage } from "node:http";
import { createParser } from "eventsource-parser";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startGateway, type TestGateway } from "../fixtures/gateway.js";
import { append, draft, newRun } from "../http/requests.js";

/**
 * By default one position in each of 700 events, every offset in an event once. `RUNTRAIL_EVERY_BYTE=1/4`
 * takes the first quarter of all positions, about half a million; all of them take hours, in processes side
 * by side:
 *
 *     for i in 1 2 3 4; do
 *       RUNTRAIL_EVERY_BYTE=$i/4 npx vitest run --config test/vitest.config.ts test/delivery/every-byte &
 *     done; wait
 */
const SHARE = process.env["RUNTRAIL_EVERY_BYTE"];
const SAMPLES = 700;
const EVENTS = 1000;
/** Connections at once. */
const ABREAST = 16;

let served: TestGateway;
beforeAll(async () => {
  served = await startGateway();
});
afterAll(() => served.stop());

/** The body of a stream, up to so many bytes; then its connection is killed. */
async function read(url: string, lastEventId: string | undefined, most: number): Promise<Buffer> {
  const headers = lastEventId === undefined ? {} : { "last-event-id": lastEventId };
  const request = get(url, { agent: false, headers });
  const [response] = (await once(request, "response")) as [IncomingMessage];
  const pieces: Buffer[] = [];
  let length = 0;
  if (most > 0) {
    for await (const piece of response as AsyncIterable<Buffer>) {
      pieces.push(piece);
      length += piece.length;
      if (length >= most) break;
    }
  }
  request.destroy();
  return Buffer.concat(pieces).subarray(0, most);
}

/** The cursors of the events in a part of a stream, and the last id in it. */
function parse(body: Buffer): { cursors: string[]; lastId: string | undefined } {
  const cursors: string[] = [];
  let lastId: string | undefined;
  const parser = createParser({
    onEvent: ({ id, event }) => {
      lastId = id ?? lastId;
      if (id !== undefined && event?.startsWith("stream.") !== true) cursors.push(id);
    },
  });
  parser.feed(body.toString());
  return { cursors, lastId };
}

/** Where to cut: after so many bytes. */
function positionsIn(body: Buffer): number[] {
  if (SHARE !== undefined) {
    const [part = 1, parts = 1] = SHARE.split("/").map(Number);
    return Array.from({ length: body.length + 1 }, (_, i) => i).filter(
      (i) => i % parts === part - 1,
    );
  }
  const starts = [...body.toString("latin1").matchAll(/^id: /gm)].map(({ index }) => index);
  const longest = Math.max(...starts.slice(1).map((start, i) => start - (starts[i] ?? 0)));
  expect(longest, "more offsets in a block than are tried").toBeLessThan(SAMPLES);
  const sampled = Array.from({ length: SAMPLES }, (_, i) => (starts[i] ?? 0) + i);
  return [0, ...sampled, body.length - 1, body.length];
}

test(
  "a reader whose connection is killed after any byte resumes without a loss or a repetition",
  async () => {
    const run = newRun();
    const url = `${served.url}/v1/${run}/stream`;
    const stored = await append(
      served.url,
      run,
      Array.from({ length: EVENTS - 1 }, (_, n) =>
        draft(n, { payload: { n, text: "ü✓\u{1f600}" } }),
      ),
    );
    const [end] = await append(served.url, run, [
      { type: "run.completed", payload: { durationMs: 1 } },
    ]);
    const expected = [...stored, ...(end ? [end] : [])].map(({ cursor }) => cursor);

    const positions = positionsIn(await read(url, undefined, Infinity));
    const kill = async (position: number) => {
      const first = parse(await read(url, undefined, position));
      const second = parse(await read(url, first.lastId, Infinity));
      expect([...first.cursors, ...second.cursors], `cut after ${position} bytes`).toEqual(
        expected,
      );
    };
    for (let i = 0; i < positions.length; i += ABREAST) {
      await Promise.all(positions.slice(i, i + ABREAST).map(kill));
    }
  },
  24 * 3600_000,
);

import { afterAll, beforeAll, expect, test } from "vitest";
import { startGateway, type TestGateway } from "../fixtures/gateway.js";
import { append, draft, newRun } from "./requests.js";
import { frameOf, indicesOf, isControl, openStream, readUntil } from "./sse-reader.js";

let served: TestGateway;
beforeAll(async () => {
  // A ring that holds next to nothing, so that everything is read from the log.
  served = await startGateway({ ringBytes: 20_000 });
});
afterAll(() => served.stop());

async function trimmedRun() {
  const run = newRun();
  const stored = await append(
    served.url,
    run,
    Array.from({ length: 10 }, (_, i) => draft(i)),
  );
  await append(
    served.url,
    newRun(),
    Array.from({ length: 200 }, (_, i) => draft(i)),
  );
  const { jsm, stream } = served.gateway.log;
  await jsm.streams.purge(stream, { seq: (stored[5]?.sequence ?? 0) + 1 });
  return { run, stored };
}

test("tells a reader whose cursor has been trimmed exactly what it has missed", async () => {
  const { run, stored } = await trimmedRun();
  const stream = await openStream(`${served.url}/v1/${run}/stream`, {
    "last-event-id": stored[2]?.cursor ?? "",
  });
  const blocks = await readUntil(stream.blocks, isControl("caught-up"));
  expect(frameOf(blocks, "gap")).toMatchObject({
    reason: "retention",
    requested: stored[2]?.cursor,
    firstAvailable: stored[6]?.sequence,
    lost: [{ scope: run, toIndex: 6 }],
  });
  expect(blocks.map(({ event }) => event).slice(0, 3)).toEqual([
    "stream.open",
    "stream.gap",
    "deploy.step",
  ]);
  expect(indicesOf(blocks)).toEqual([7, 8, 9, 10]);
  stream.leave();
});

test("tells a reader from the start that the beginning is gone", async () => {
  const { run } = await trimmedRun();
  const stream = await openStream(`${served.url}/v1/${run}/stream`);
  const blocks = await readUntil(stream.blocks, isControl("caught-up"));
  expect(frameOf(blocks, "gap")).toMatchObject({
    reason: "retention",
    lost: [{ scope: run, fromIndex: 1, toIndex: 6 }],
  });
  expect(indicesOf(blocks)).toEqual([7, 8, 9, 10]);
  stream.leave();
});

test("tells nothing to a reader that has what was trimmed", async () => {
  const { run, stored } = await trimmedRun();
  const stream = await openStream(`${served.url}/v1/${run}/stream`, {
    "last-event-id": stored[5]?.cursor ?? "",
  });
  const blocks = await readUntil(stream.blocks, isControl("caught-up"));
  expect(blocks.some(isControl("gap"))).toBe(false);
  expect(indicesOf(blocks)).toEqual([7, 8, 9, 10]);
  stream.leave();
});

import { afterAll, beforeAll, expect, test } from "vitest";
import { startGateway, type TestGateway } from "../fixtures/gateway.js";
import { append, draft, newRun } from "../http/requests.js";
import { openStream, type Block } from "../http/sse-reader.js";
import { randomFrom, type Random } from "./random.js";

/** `RUNTRAIL_SEAM=full` is a minute of everything that the machine can append. */
const IS_FULL = process.env["RUNTRAIL_SEAM"] === "full";
const SCOPES = IS_FULL ? 50 : 20;
const CLIENTS = IS_FULL ? 200 : 50;
/** The most events of one append. */
const MOST_TOGETHER = IS_FULL ? 100 : 20;
/** For how long is published. */
const PUBLISHING_MS = IS_FULL ? 60_000 : 12_000;
const LAST = "deploy.last";

let served: TestGateway;
beforeAll(async () => {
  // Holds some seconds of what is published, so that readers come from history into what happens and fall back.
  served = await startGateway({ ringBytes: 1024 * 1024 });
});
afterAll(() => served.stop());

/** Appends to a scope at full speed until the time is up, then the event after which its readers stop. */
async function publish(path: string, random: Random, untilMs: number): Promise<void> {
  while (Date.now() < untilMs) {
    const text = "x".repeat(random.upTo(400));
    const drafts = Array.from({ length: random.upTo(MOST_TOGETHER) }, (_, n) =>
      draft(n, { payload: { text } }),
    );
    await append(served.url, path, drafts);
  }
  await append(served.url, path, [draft(0, { type: LAST })]);
}

/**
 * The cursors that a client gets which leaves after a random number of blocks, stays away for a random
 * time, and resumes with the last id it has seen, until it has the last event.
 */
async function read(path: string, from: number, random: Random): Promise<string[]> {
  const got: string[] = [];
  let position = String(from);
  for (;;) {
    const url = `${served.url}/v1/${path}/stream`;
    const stream =
      got.length === 0 && random.upTo(2) === 1
        ? await openStream(`${url}?after=${position}`)
        : await openStream(url, { "last-event-id": position });
    let blocks = random.upTo(400);
    for await (const { id, event } of stream.blocks as AsyncIterable<Block>) {
      expect(event).not.toMatch(/^stream\.(gap|error|end)$/);
      position = id ?? position;
      if (event?.startsWith("stream.") !== true && id !== undefined) got.push(id);
      if (event === LAST || --blocks === 0) break;
    }
    stream.leave();
    if (blocks > 0) return got;
    await new Promise((resolve) => setTimeout(resolve, random.upTo(200)));
  }
}

test("whenever clients come and go while events are appended, each gets exactly its timeline", async () => {
  const seed = Number(process.env["RUNTRAIL_TEST_SEED"] ?? Math.floor(Math.random() * 1e9));
  console.log(`RUNTRAIL_TEST_SEED=${seed}`);
  const scopes = Array.from({ length: SCOPES }, () => newRun());
  const untilMs = Date.now() + PUBLISHING_MS;
  const published = Promise.all(
    scopes.map((path, i) => publish(path, randomFrom(seed + i + 1), untilMs)),
  );
  const clients = Array.from({ length: CLIENTS }, async (_, i) => {
    const own = randomFrom(seed + 1000 + i);
    const path = own.among(scopes);
    // They come one after the other, each at a cursor that the log has by then.
    await new Promise((resolve) => setTimeout(resolve, own.upTo(PUBLISHING_MS / 2)));
    const from = own.upTo(served.gateway.hub.position + 1) - 1;
    return { path, from, got: await read(path, from, own) };
  });
  await published;

  const timelines = new Map<string, string[]>();
  for (const path of scopes) timelines.set(path, await cursorsOf(path));
  for (const { path, from, got } of await Promise.all(clients)) {
    const expected = timelines.get(path)?.filter((cursor) => Number.parseInt(cursor) > from);
    expect(got, `${path} after ${from}`).toEqual(expected);
  }
  const events = [...timelines.values()].reduce((sum, { length }) => sum + length, 0);
  console.log(`${events} events, ${Math.round(events / (PUBLISHING_MS / 1000))} a second`);
  expect(events).toBeGreaterThan(SCOPES * 20);
}, 600_000);

/** The whole timeline, as it is stored. */
async function cursorsOf(path: string): Promise<string[]> {
  const headers = { accept: "application/x-ndjson" };
  const response = await fetch(`${served.url}/v1/${path}/events`, { headers });
  const lines = (await response.text()).split("\n").filter((line) => line !== "");
  return lines.map((line) => (JSON.parse(line) as { cursor: string }).cursor);
}

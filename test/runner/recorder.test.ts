import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Recorder } from "../../src/runner/recorder.js";
import { Collector } from "./collector.js";
import { filesIn, temporarySpool } from "./folder.js";

const SCOPE = "runs/r-1/jobs/j-1";
const never = new AbortController().signal;
let folder: Awaited<ReturnType<typeof temporarySpool>>;
let collector: Collector;
beforeEach(async () => {
  folder = await temporarySpool();
  collector = await Collector.start();
});
afterEach(async () => {
  await collector.goAway();
  await folder.remove();
});

function open(): Promise<Recorder> {
  return Recorder.open({ connection: { url: collector.url }, folder, source: "runner/test" });
}

async function emitProgress(recorder: Recorder, from: number, to: number): Promise<void> {
  for (let i = from; i < to; i++) {
    await recorder.emit(SCOPE, "job.progress", { percentage: 0, completedSteps: i });
  }
}

function recorded(): unknown[] {
  return collector.events.map(({ payload }) => payload["completedSteps"]);
}

const counted = (to: number) => Array.from({ length: to }, (_, i) => i);

test("sends what is recorded, in order, and leaves no file behind", async () => {
  const recorder = await open();
  await emitProgress(recorder, 0, 3000);
  const handover = await recorder.close(10_000, never);
  expect(recorded()).toEqual(counted(3000));
  expect(handover).toEqual({
    own: { stored: 3000, refused: 0 },
    leftover: { stored: 0, refused: 0 },
  });
  expect(await filesIn(folder)).toEqual([]);
});

test("stores everything once, in order, through lost requests and lost answers", async () => {
  let requests = 0;
  collector.onRequest = () => {
    requests++;
    if (requests % 3 === 1) return "store-and-cut";
    return requests % 3 === 2 ? "cut" : "answer";
  };
  const recorder = await open();
  await emitProgress(recorder, 0, 2000);
  await recorder.close(30_000, never);
  expect(recorded()).toEqual(counted(2000));
});

test("does not wait for a server that is away, and sends when it is back", async () => {
  await collector.goAway();
  const recorder = await open();
  await emitProgress(recorder, 0, 500);
  await collector.comeBack();
  await collector.until((events) => events.length === 500);
  await emitProgress(recorder, 500, 600);
  await recorder.close(10_000, never);
  expect(recorded()).toEqual(counted(600));
});

test("keeps what could not be sent, says where and why, and the next recorder sends it", async () => {
  await collector.goAway();
  const first = await open();
  await emitProgress(first, 0, 100);
  const { kept, own } = await first.close(300, never);
  expect(own.stored).toBe(0);
  expect(kept?.reason).toContain("does not answer");
  expect(await filesIn(folder)).toEqual([kept?.file.split("/").at(-1)]);

  await collector.comeBack();
  const second = await open();
  const handover = await second.close(10_000, never);
  expect(handover.leftover.stored).toBe(100);
  expect(recorded()).toEqual(counted(100));
  expect(await filesIn(folder)).toEqual([]);
});

test("passes over a damaged line that was left, and says so", async () => {
  const lines = [1, 2].map((i) =>
    JSON.stringify({ scope: SCOPE, id: `left-over-${i}`, type: "x.y", payload: {} }),
  );
  await writeFile(join(folder.path, "left.ndjson"), `${lines[0]}\n{"sco\n${lines[1]}\n`);
  const { leftover } = await (await open()).close(10_000, never);
  expect(leftover).toMatchObject({
    stored: 2,
    refused: 1,
    firstRefusal: { detail: "it is damaged" },
  });
  expect(await filesIn(folder)).toEqual([]);
});

test("stops waiting at the end when it is told to hurry", async () => {
  await collector.goAway();
  const recorder = await open();
  await emitProgress(recorder, 0, 1);
  const hurry = new AbortController();
  const closing = recorder.close(3_600_000, hurry.signal);
  hurry.abort();
  expect((await closing).kept).toBeDefined();
});

test("tells what the server refused, and stores the rest", async () => {
  const recorder = await open();
  await recorder.emit(SCOPE, "job.completed", { attempt: 1, durationMs: 1 });
  await recorder.emit(SCOPE, "job.progress", { percentage: 1 });
  await recorder.emit("runs/r-1", "run.progress", {
    completedSteps: 1,
    totalSteps: 1,
    percentage: 100,
  });
  const { own } = await recorder.close(10_000, never);
  expect(own).toEqual({
    stored: 2,
    refused: 1,
    firstRefusal: { type: "job.progress", scope: SCOPE, detail: "it has ended" },
  });
});

test("two recorders in one folder leave each other's files alone", async () => {
  await collector.goAway();
  const [first, second] = await Promise.all([open(), open()]);
  await emitProgress(first, 0, 50);
  await emitProgress(second, 50, 100);
  await collector.comeBack();
  await Promise.all([first.close(10_000, never), second.close(10_000, never)]);
  expect(recorded().sort((a, b) => Number(a) - Number(b))).toEqual(counted(100));
});

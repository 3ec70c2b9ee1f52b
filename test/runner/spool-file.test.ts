import { appendFile, open, readFile, stat, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { SpoolFile } from "../../src/runner/spool-file.js";
import { createSpool, leftoverSpools } from "../../src/runner/spool-folder.js";
import { filesIn, temporarySpool } from "./folder.js";

let folder: Awaited<ReturnType<typeof temporarySpool>>;
beforeEach(async () => {
  folder = await temporarySpool();
});
afterEach(() => folder.remove());

const never = new AbortController().signal;

async function drain(spool: SpoolFile, isAcknowledged = true): Promise<string[]> {
  spool.finish();
  const lines: string[] = [];
  for await (const batch of spool.batches(never)) {
    lines.push(...batch.lines);
    if (isAcknowledged) await spool.acknowledge(batch.end);
    else break;
  }
  return lines;
}

async function leftovers(): Promise<SpoolFile[]> {
  const spools: SpoolFile[] = [];
  for await (const spool of leftoverSpools(folder)) spools.push(spool);
  return spools;
}

test("gives back what was appended, in order, while more is appended", async () => {
  const spool = await createSpool(folder);
  const read: string[] = [];
  const reading = (async () => {
    for await (const { lines, end } of spool.batches(never)) {
      read.push(...lines);
      await spool.acknowledge(end);
    }
  })();
  const expected = Array.from({ length: 5000 }, (_, i) => `line ${i} ${"x".repeat(i % 700)}`);
  for (const line of expected) void spool.append(line);
  await spool.append("last");
  spool.finish();
  await reading;
  expect(read).toEqual([...expected, "last"]);
  expect(spool.backlog).toBe(0);
  await spool.remove();
});

test("reads a line that is longer than what it reads at a time", async () => {
  const spool = await createSpool(folder);
  const long = "x".repeat(3_000_000);
  await spool.append("short");
  await spool.append(long);
  await spool.append("short again");
  expect(await drain(spool)).toEqual(["short", long, "short again"]);
  await spool.remove();
});

test("leaves to the next process what was not acknowledged", async () => {
  const spool = await createSpool(folder);
  for (let i = 0; i < 2500; i++) await spool.append(`line ${i}`);
  spool.finish();
  for await (const { end } of spool.batches(never)) {
    await spool.acknowledge(end);
    break;
  }
  await spool.close();
  const [next] = await leftovers();
  if (!next) throw new Error("there is a left-over spool");
  expect((await drain(next))[0]).toBe("line 1000");
  await next.remove();
  expect(await filesIn(folder)).toEqual([]);
});

test("leaves a file alone whose process is still there", async () => {
  const spool = await createSpool(folder);
  await spool.append("mine");
  expect(await leftovers()).toEqual([]);
  await spool.close();
  const [taken] = await leftovers();
  await taken?.close();
  expect(taken).toBeDefined();
});

test("passes over a last line that its process did not finish", async () => {
  const path = join(folder.path, "a.ndjson");
  await writeFile(path, "one\ntwo\nthr");
  const spool = await SpoolFile.open(path, await open(path, "r+"));
  expect(await drain(spool)).toEqual(["one", "two"]);
  await spool.close();
});

test.each(["", "12", "999999\n", "x\n", "-1\n"])(
  "sends everything again when the note of what was sent is not to be trusted: %j",
  async (note) => {
    const path = join(folder.path, "a.ndjson");
    await writeFile(path, "one\ntwo\n");
    await writeFile(`${path}.sent`, note);
    const spool = await SpoolFile.open(path, await open(path, "r+"));
    expect(await drain(spool)).toEqual(["one", "two"]);
    await spool.close();
  },
);

test("starts the file over when all is sent, so that it does not grow without end", async () => {
  const spool = await createSpool(folder);
  const line = "x".repeat(1_000_000);
  const read: number[] = [];
  const reading = (async () => {
    for await (const { lines, end } of spool.batches(never)) {
      for (const { length } of lines) read.push(length);
      await spool.acknowledge(end);
    }
  })();
  let largest = 0;
  for (let i = 0; i < 60; i++) {
    await spool.append(line);
    if (i % 20 === 19) while (spool.backlog > 0) await new Promise(setImmediate);
    largest = Math.max(largest, (await stat(spool.path)).size);
  }
  await spool.append("the end");
  spool.finish();
  await reading;
  expect(read).toEqual([...Array.from({ length: 60 }, () => 1_000_000), 7]);
  expect(largest).toBeLessThan(25_000_000);
  await spool.remove();
});

test("writes over what a failed write has left, and goes on", async () => {
  const path = join(folder.path, "a.ndjson");
  await writeFile(path, "");
  const handle = await open(path, "r+");
  const spool = await SpoolFile.open(path, handle);
  await spool.append("one");
  const write = handle.write.bind(handle);
  Object.assign(handle, { write: () => Promise.reject(new Error("no space left")) });
  await expect(spool.append("lost")).rejects.toThrow("no space left");
  await appendFile(path, "los");
  Object.assign(handle, { write });
  await spool.append("two");
  await truncate(path, "one\ntwo\n".length);
  expect(await readFile(path, "utf8")).toBe("one\ntwo\n");
  expect(await drain(spool)).toEqual(["one", "two"]);
  await spool.close();
});

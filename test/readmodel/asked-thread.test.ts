import { closeSync, constants, mkdtempSync, openSync, renameSync, rmSync } from "node:fs";
import { execFileSync } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, expect, onTestFinished, test } from "vitest";
import { LateAnswerError, ReadModelError } from "../../src/readmodel/asked-thread.js";
import { openForWriting } from "../../src/readmodel/database.js";
import { startQueryThread, type QueryThread } from "../../src/readmodel/query-thread.js";
import { sharedFile } from "../../src/readmodel/shared-file.js";
import { until } from "../fixtures/until.js";

const folder = mkdtempSync(join(tmpdir(), "runtrail-asked-thread-"));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** A read model of nothing. */
function makeFile(name: string): string {
  const file = join(folder, name);
  openForWriting(file, "k3f9q2").close();
  return file;
}

function start(file: string, answerMs: number): QueryThread {
  const thread = startQueryThread(sharedFile(file), answerMs);
  onTestFinished(() => thread.close());
  return thread;
}

const ask = (thread: QueryThread) => thread.ask("runs", "acme", { limit: 1 });
const NOTHING = { asOf: 0, result: { runs: [], next: undefined } };

test("a thread that does not answer is given up with all who wait, and another one answers when it is gone", async () => {
  const file = join(folder, "hangs.db");
  // Whoever opens it for reading waits until somebody writes.
  execFileSync("mkfifo", [file]);
  const thread = start(file, 300);
  const asked = await Promise.allSettled([ask(thread), ask(thread), ask(thread)]);
  expect(asked.map((one) => one.status === "rejected" && (one.reason as unknown))).toEqual(
    Array<unknown>(3).fill(expect.any(LateAnswerError)),
  );
  await expect(ask(thread)).rejects.toThrow("has not answered within 300 ms");

  const pipe = join(folder, "pipe");
  renameSync(file, pipe);
  renameSync(makeFile("hangs-no-more.db"), file);
  closeSync(openSync(pipe, constants.O_RDWR));
  const answer = await until("another thread answers", () => ask(thread).catch(() => undefined));
  expect(answer).toEqual(NOTHING);
});

test("a thread that ends is replaced", async () => {
  const file = join(folder, "not-yet.db");
  const thread = start(file, 30_000);
  await expect(ask(thread)).rejects.toThrow(ReadModelError);
  renameSync(makeFile("now.db"), file);
  const answer = await until("another thread answers", () => ask(thread).catch(() => undefined));
  expect(answer).toEqual(NOTHING);
});

test("a thread does not open a file that another one is about to replace", async () => {
  const file = sharedFile(join(folder, "replaced.db"));
  Atomics.store(file.lock, 0, 1);
  const thread = startQueryThread(file, 30_000);
  onTestFinished(() => thread.close());
  const answer = ask(thread);
  // It would not find one if it did not wait.
  await delay(500);
  openForWriting(file.path, "k3f9q2").close();
  Atomics.store(file.lock, 0, 0);
  Atomics.notify(file.lock, 0);
  expect(await answer).toEqual(NOTHING);
});

test("a thread says that another one hangs where the file is not free in time", async () => {
  const file = sharedFile(makeFile("taken.db"));
  Atomics.store(file.lock, 0, 1);
  const thread = startQueryThread(file, 30_000);
  onTestFinished(() => thread.close());
  await expect(ask(thread)).rejects.toThrow("is being opened by another thread, which hangs");
});

test("a closed one answers nobody", async () => {
  const thread = start(makeFile("closed.db"), 30_000);
  await thread.close();
  await expect(ask(thread)).rejects.toThrow("the read model was closed");
});

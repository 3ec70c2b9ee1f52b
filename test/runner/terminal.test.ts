import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { Terminal } from "../../src/runner/terminal.js";

test("holds the writer up until the reader has taken what there is", async () => {
  const stream = new PassThrough({ highWaterMark: 4 });
  const terminal = new Terminal(stream);
  let isWritten = false;
  const writing = terminal.write("longer than four").then((outcome) => {
    isWritten = true;
    return outcome;
  });
  await new Promise(setImmediate);
  expect(isWritten).toBe(false);
  stream.resume();
  expect(await writing).toBe("written");
});

test("says that the reader has gone, also to a writer that waits", async () => {
  const stream = new PassThrough({ highWaterMark: 4 });
  const terminal = new Terminal(stream);
  const writing = terminal.write("longer than four");
  stream.destroy(new Error("EPIPE"));
  expect(await writing).toBe("gone");
  expect(await terminal.write("more")).toBe("gone");
});

test("leaves no listener behind, however often it has to wait", async () => {
  const stream = new PassThrough({ highWaterMark: 4 });
  const terminal = new Terminal(stream);
  stream.resume();
  const before = stream.listenerCount("drain");
  for (let i = 0; i < 50; i++) await terminal.write("longer than four");
  expect(stream.listenerCount("drain")).toBe(before);
});

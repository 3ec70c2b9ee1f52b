import fc from "fast-check";
import { expect, test } from "vitest";
import { LineSplitter, MAX_LINE_BYTES, OverlongLine } from "../../src/audit/line-splitter.js";

function split(chunks: readonly Uint8Array[]): { lines: (string | number)[]; rest: number } {
  const splitter = new LineSplitter();
  const lines = chunks.flatMap((chunk) =>
    [...splitter.push(chunk)].map((line) =>
      line instanceof OverlongLine ? line.byteLength : Buffer.from(line).toString(),
    ),
  );
  return { lines, rest: splitter.rest };
}

test("the lines are the same in any chunking", () => {
  const texts = fc.array(fc.string({ unit: "grapheme" }).map((text) => text.replaceAll("\n", "")));
  fc.assert(
    fc.property(texts, fc.string(), fc.array(fc.nat()), (lines, cut, places) => {
      const end = cut.replaceAll("\n", "");
      const bytes = Buffer.from(lines.map((line) => `${line}\n`).join("") + end);
      const cuts = places.map((place) => place % (bytes.length + 1)).sort((a, b) => a - b);
      const chunks = [...cuts, bytes.length].map((to, i) => bytes.subarray(cuts[i - 1] ?? 0, to));
      expect(split(chunks)).toEqual({ lines, rest: Buffer.byteLength(end) });
    }),
  );
});

test("a line of the greatest length is whole, one byte more is too many, and the next line is there", () => {
  const longest = "x".repeat(MAX_LINE_BYTES);
  const chunks = [`${longest}\n${longest}`, `y\nz\n`].map((text) => Buffer.from(text));
  expect(split(chunks)).toEqual({ lines: [longest, MAX_LINE_BYTES + 1, "z"], rest: 0 });
});

test("a line may be read from memory that is used again", () => {
  const splitter = new LineSplitter();
  const memory = Buffer.from("ab");
  expect([...splitter.push(memory)]).toEqual([]);
  memory.write("c\n");
  const [line] = splitter.push(memory);
  expect(line).toEqual(new Uint8Array(Buffer.from("abc")));
});

test("a line of 2 GB takes no memory", () => {
  const splitter = new LineSplitter();
  const chunk = new Uint8Array(16 * 2 ** 20).fill(0x78);
  const before = process.memoryUsage().arrayBuffers;
  let most = 0;
  for (let sent = 0; sent < 2 ** 31; sent += chunk.length) {
    expect([...splitter.push(chunk)]).toEqual([]);
    most = Math.max(most, process.memoryUsage().arrayBuffers - before);
  }
  const [long, next] = splitter.push(Buffer.from("\nnext\n"));
  expect(long?.byteLength).toBe(2 ** 31);
  expect(next).toEqual(new Uint8Array(Buffer.from("next")));
  expect(most).toBeLessThan(4 * MAX_LINE_BYTES);
});

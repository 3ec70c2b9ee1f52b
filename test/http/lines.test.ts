import fc from "fast-check";
import { expect, test } from "vitest";
import { arrayItems } from "../../src/http/append/array-items.js";
import { InOrder } from "../../src/http/append/in-order.js";
import { LineCutter } from "../../src/http/append/lines.js";

const encode = (text: string) => Buffer.from(text);

/** The bytes in pieces of these lengths, in turns. */
function* cut(bytes: Buffer, lengths: readonly number[]): Generator<Buffer> {
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const length = lengths[i % lengths.length] ?? 1;
    yield bytes.subarray(at, at + length);
    at += length;
  }
}

test("cuts a body into the same lines, whatever pieces it comes in", () => {
  const text = fc.array(fc.constantFrom("{}", "é", "\n", "\r\n", "  ", "\n\n", "long line"));
  const lengths = fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1 });
  fc.assert(
    fc.property(text, lengths, (parts, pieces) => {
      const whole = parts.join("");
      const cutter = new LineCutter(1000);
      const found = [...cut(encode(whole), pieces)].flatMap((piece) => [...cutter.take(piece)]);
      found.push(...cutter.end());
      const expected = whole
        .split("\n")
        .map((line, i) => ({ number: i + 1, text: line }))
        .filter((line) => line.text.trim() !== "");
      expect(
        found.map((line) => ({ ...line, text: Buffer.from(line.text ?? []).toString() })),
      ).toEqual(expected);
    }),
  );
});

test("passes over a line that is too long, in pieces or in one", () => {
  for (const length of [1, 3, 100]) {
    const cutter = new LineCutter(5);
    const body = encode(`12345\n123456\n${"x".repeat(50)}\n1\n123456`);
    const found = [...cut(body, [length])].flatMap((piece) => [...cutter.take(piece)]);
    found.push(...cutter.end());
    expect(found.map(({ number, text }) => [number, text?.length])).toEqual([
      [1, 5],
      [2, undefined],
      [3, undefined],
      [4, 1],
      [5, undefined],
    ]);
  }
});

test("finds the items of any JSON array where JSON.parse finds them", () => {
  fc.assert(
    fc.property(fc.array(fc.jsonValue()), fc.constantFrom(0, 1, 2), (values, indent) => {
      const items = arrayItems(encode(JSON.stringify(values, undefined, indent)), 1000);
      const parsed = items?.map((item) => JSON.parse(Buffer.from(item).toString()) as unknown);
      expect(JSON.stringify(parsed)).toBe(JSON.stringify(values));
    }),
  );
});

test("finds no items in what is no array, and never runs away", () => {
  for (const text of ["[", "]", "[1,2", "[1]]", "[1] x", '["', "[{]", "[[1,2]"]) {
    const items = arrayItems(encode(text), 1000);
    const isArray = items?.every((item) => isJson(Buffer.from(item).toString())) ?? false;
    expect({ text, isArray }).toEqual({ text, isArray: false });
  }
  expect(arrayItems(encode(`[${"1,".repeat(50)}1]`), 10)).toHaveLength(11);
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

test("hands results out in order, whichever comes first", async () => {
  const results = new InOrder<number>();
  const resolvers: (() => void)[] = [];
  for (let i = 0; i < 100; i++) {
    results.add(
      new Promise((resolve) =>
        resolvers.push(() => {
          resolve(i);
        }),
      ),
      1,
    );
  }
  results.complete();
  const taken: number[] = [];
  const reading = (async () => {
    for (let batch; (batch = await results.take());) taken.push(...batch);
  })();
  const shuffled = fc.sample(fc.shuffledSubarray(resolvers, { minLength: 100 }), 1)[0] ?? [];
  for (const resolve of shuffled) {
    resolve();
    await Promise.resolve();
  }
  await reading;
  expect(taken).toEqual(Array.from({ length: 100 }, (_, i) => i));
  expect(results.weight).toBe(0);
});

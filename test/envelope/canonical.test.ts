import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  canonicalize,
  findUncanonical,
  MAX_DEPTH,
  NotCanonicalError,
} from "../../src/envelope/canonical.js";
import { canonicalHash } from "../../src/envelope/hash.js";
import { vectors } from "./vectors.js";

function refusal(value: unknown): { pointer: string; reason: string } {
  try {
    canonicalize(value);
  } catch (error) {
    if (error instanceof NotCanonicalError) return error;
    throw error;
  }
  throw new Error("it was accepted");
}

describe("canonical text", () => {
  test.each(readdirSync(vectors("cyberphone/input")))(
    "of %s is that of the reference implementation",
    (file) => {
      const input = readFileSync(vectors(`cyberphone/input/${file}`), "utf8");
      const output = readFileSync(vectors(`cyberphone/output/${file}`), "utf8").trimEnd();
      expect(canonicalize(JSON.parse(input))).toBe(output);
      const hex = readFileSync(
        vectors(`cyberphone/outhex/${file.replace(".json", ".txt")}`),
        "utf8",
      );
      expect(Buffer.from(canonicalize(JSON.parse(input))).toString("hex")).toBe(
        hex.replaceAll(/\s/g, ""),
      );
    },
  );

  test.each(["es6-numbers-10k.csv", "rfc8785-appendix-b.csv"])(
    "of the numbers in %s is as listed",
    (file) => {
      const lines = readFileSync(vectors(file), "utf8").trim().split("\n");
      let refused = 0;
      for (const line of lines) {
        const [hex = "", expected = ""] = line.split(",");
        const number = Buffer.from(hex.padStart(16, "0"), "hex").readDoubleBE();
        const isAmbiguous =
          Object.is(number, -0) ||
          !Number.isFinite(number) ||
          (Number.isInteger(number) &&
            Math.abs(number) > Number.MAX_SAFE_INTEGER &&
            Math.abs(number) < 1e21);
        if (isAmbiguous) {
          expect(() => canonicalize(number)).toThrow(NotCanonicalError);
          refused++;
        } else expect(canonicalize(number)).toBe(expected);
      }
      expect(lines.length - refused).toBeGreaterThan(file.startsWith("es6") ? 9000 : 15);
    },
  );

  test("of accepted documents is the very same bytes", () => {
    for (const line of readFileSync(vectors("accept.ndjson"), "utf8").trim().split("\n")) {
      const { id, b64, sha256 } = JSON.parse(line) as { id: string; b64: string; sha256: string };
      const text = Buffer.from(b64, "base64").toString();
      expect(canonicalize(JSON.parse(text)), id).toBe(text);
      expect(canonicalHash(JSON.parse(text)), id).toBe(`sha256:${sha256}`);
    }
  });

  test("does not depend on the order in which members were written, and nor does the hash", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ unit: "grapheme" }), canonicalValue), (object) => {
        const reversed = Object.fromEntries(Object.entries(object).reverse());
        expect(canonicalize(reversed)).toBe(canonicalize(object));
        expect(canonicalHash(reversed)).toBe(canonicalHash(object));
      }),
    );
  });

  test("is a fixed point", () => {
    fc.assert(
      fc.property(canonicalValue, (value) => {
        const text = canonicalize(value);
        expect(canonicalize(JSON.parse(text))).toBe(text);
      }),
    );
  });

  test("differs for values that differ", () => {
    fc.assert(
      fc.property(canonicalValue, canonicalValue, (a, b) => {
        const isAlike = JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));
        expect(canonicalize(a) === canonicalize(b)).toBe(isAlike);
      }),
    );
  });
});

describe("what has no canonical form is refused, with its place", () => {
  const cyclic: Record<string, unknown> = {};
  cyclic["self"] = cyclic;
  test.each<[string, unknown, string]>([
    ["NaN", { a: [1, NaN] }, "/a/1"],
    ["infinity from JSON text", JSON.parse('{"n":1e400}'), "/n"],
    ["negative zero", { n: JSON.parse("-0") as number }, "/n"],
    ["an integer beyond 2^53 − 1", { n: 2 ** 53 }, "/n"],
    ["a lone surrogate", { s: "\ud800" }, "/s"],
    ["a lone surrogate in a key", { o: { "\udead": 1 } }, "/o"],
    ["undefined", { u: undefined }, "/u"],
    ["a function", { f: () => 1 }, "/f"],
    ["a toJSON function", { d: { toJSON: () => 1 } }, "/d/toJSON"],
    ["a symbol", { s: Symbol("x") }, "/s"],
    ["a BigInt", { b: 1n }, "/b"],
    ["a Date", { d: new Date(0) }, "/d"],
    ["a Map", { m: new Map() }, "/m"],
    ["a sparse array", { a: new Array(2) }, "/a/0"],
    ["a key that needs escaping in the pointer", { "a/b~c": NaN }, "/a~1b~0c"],
    ["undefined at the top", undefined, ""],
  ])("%s", (_, value, pointer) => {
    expect(refusal(value).pointer).toBe(pointer);
    expect(refusal(value).reason).not.toBe("");
  });

  test("a cycle and deep nesting, at the first level too deep", () => {
    expect(refusal(cyclic).pointer).toBe("/self".repeat(MAX_DEPTH));
    let nested: unknown = 1;
    for (let i = 0; i < 100_000; i++) nested = [nested];
    expect(refusal(nested).pointer).toBe("/0".repeat(MAX_DEPTH));
    expect(refusal({ nested }).pointer).toBe(`/nested${"/0".repeat(MAX_DEPTH - 1)}`);
  });

  test("and an own __proto__ member is data like any other", () => {
    const value: unknown = JSON.parse('{"__proto__":{"x":1},"constructor":2,"toJSON":"text"}');
    expect(canonicalize(value)).toBe('{"__proto__":{"x":1},"constructor":2,"toJSON":"text"}');
  });

  test("never by anything but a pointer to a place that is there", () => {
    fc.assert(
      fc.property(
        fc.anything({ withBigInt: true, withSparseArray: true, withDate: true }),
        (value) => {
          const flaw = findUncanonical(value);
          if (!flaw) canonicalize(value);
          else expect(flaw.pointer).toMatch(/^(\/.*)?$/s);
        },
      ),
    );
  });
});

const canonicalValue = fc
  .jsonValue({ maxDepth: 5, stringUnit: "binary" })
  .filter((value) => findUncanonical(value) === undefined);

/** The value with its members in one order, by means that our code does not use. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return ["list", ...value.map(sorted)];
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return ["object", ...entries.map(([key, member]) => [key, sorted(member)])];
}

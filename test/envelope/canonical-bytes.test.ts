import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { canonicalize, findUncanonical, MAX_DEPTH } from "../../src/envelope/canonical.js";
import { isCanonicalJson } from "../../src/envelope/canonical-bytes.js";
import { vectors } from "./vectors.js";

/** What the recogniser is to say, by way of parsing and writing again. */
function isCanonicalBySlowPath(bytes: Uint8Array): boolean {
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    return canonicalize(JSON.parse(text)) === text;
  } catch {
    return false;
  }
}

function isUtf8(bytes: Uint8Array): boolean {
  return Buffer.from(Buffer.from(bytes).toString()).equals(bytes);
}

function expectAlike(bytes: Uint8Array): void {
  if (!isUtf8(bytes)) return;
  const text = Buffer.from(bytes).toString();
  expect(isCanonicalJson(bytes), JSON.stringify(text)).toBe(isCanonicalBySlowPath(bytes));
}

const canonical = fc
  .jsonValue({ maxDepth: 5, stringUnit: "binary" })
  .filter((value) => findUncanonical(value) === undefined)
  .map((value) => Buffer.from(canonicalize(value)));

test("canonical text is recognised", () => {
  fc.assert(
    fc.property(canonical, (bytes) => {
      expect(isCanonicalJson(bytes)).toBe(true);
    }),
    { numRuns: 500 },
  );
});

test("says of any text what parsing and writing it again says", () => {
  const pieces = fc.constantFrom(
    ...'{}[],: \n"\\/ab0123456789.eE+-'.split(""),
    ...['"a":', "true", "null", "\\u0000", "\\u001f", "\\u001F", "\\n", "\\/", "\\ud800", "1e21"],
    ...["\ue000", "\u{10000}", "ü", "-0", "9007199254740993", "1e+21", "1e400", "0.1", "\ufeff"],
  );
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 12 }), (texts) => {
      expectAlike(Buffer.from(texts.join("")));
    }),
    { numRuns: 5000 },
  );
});

test("says of canonical text with a byte changed, taken away or put in what the slow path says", () => {
  const change = fc.record({
    place: fc.nat(),
    byte: fc.nat(255),
    how: fc.constantFrom("change", "take away", "put in"),
  });
  fc.assert(
    fc.property(canonical, change, (bytes, { place, byte, how }) => {
      const at = place % bytes.length;
      const put = how === "take away" ? [] : [byte];
      const rest = bytes.subarray(how === "put in" ? at : at + 1);
      expectAlike(Buffer.concat([bytes.subarray(0, at), Buffer.from(put), rest]));
    }),
    { numRuns: 3000 },
  );
});

test("keys are in the order of UTF-16 code units, escaped or not", () => {
  const keys = ["", '"', "\\", "\u0001", "\n", "a", "a\n", "a!", "ab", "é", "\ue000", "\u{10000}"];
  keys.push("\uffff", "\u{10ffff}", "1", "10", "2", "__proto__", "constructor", "\u007f");
  for (const one of keys) {
    for (const other of keys) {
      const text = `{${JSON.stringify(one)}:1,${JSON.stringify(other)}:2}`;
      expect(isCanonicalJson(Buffer.from(text)), text).toBe(one < other);
    }
  }
});

test("nesting is taken up to the given depth", () => {
  const nested = (depth: number) => Buffer.from("[".repeat(depth) + "]".repeat(depth));
  expect(isCanonicalJson(nested(MAX_DEPTH))).toBe(true);
  expect(isCanonicalJson(nested(MAX_DEPTH + 1))).toBe(false);
  expect(isCanonicalJson(nested(MAX_DEPTH + 1), MAX_DEPTH + 1)).toBe(true);
  expect(isCanonicalJson(nested(1_000_000))).toBe(false);
});

test("a number of a million digits is no number of a double", () => {
  expect(isCanonicalJson(Buffer.from("1".repeat(1_000_000)))).toBe(false);
});

test("says of every vector what the slow path says", () => {
  const numbers = ["es6-numbers-10k.csv", "rfc8785-appendix-b.csv"].flatMap((file) =>
    readFileSync(vectors(file), "utf8")
      .trim()
      .split("\n")
      .map((line) => Buffer.from(line.split(",")[1] ?? "")),
  );
  const lines = ["accept.ndjson", "reject.ndjson"].flatMap((file) =>
    readFileSync(vectors(file), "utf8")
      .trim()
      .split("\n")
      .map((line) => Buffer.from((JSON.parse(line) as { b64: string }).b64, "base64")),
  );
  const folders = ["jsontestsuite/test_parsing", "jsontestsuite/test_transform"];
  const documents = [...folders, "cyberphone/input", "cyberphone/output"].flatMap((folder) =>
    readdirSync(vectors(folder)).map((file) => readFileSync(`${vectors(folder)}/${file}`)),
  );
  const all = [...numbers, ...lines, ...documents];
  for (const bytes of all) expectAlike(bytes);
  expect(all.filter((bytes) => isCanonicalJson(bytes)).length).toBeGreaterThan(9000);
});

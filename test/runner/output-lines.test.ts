import fc from "fast-check";
import { expect, test } from "vitest";
import { MAX_MESSAGE_BYTES } from "../../src/envelope/catalogue/log-entry.js";
import { OutputLines, type OutputLine } from "../../src/runner/output-lines.js";

function linesOf(...chunks: (string | Buffer)[]): OutputLine[] {
  const lines = new OutputLines();
  return [...chunks.flatMap((chunk) => lines.push(Buffer.from(chunk))), ...lines.end()];
}

const texts = (lines: readonly OutputLine[]) => lines.map(({ text }) => text);

test("cuts at line feeds, with or without carriage returns before them", () => {
  expect(texts(linesOf("a\nb\r\nc\r\r\n\nd\n"))).toEqual(["a", "b", "c", "", "d"]);
});

test("takes a last line without a line end", () => {
  expect(texts(linesOf("a\nb"))).toEqual(["a", "b"]);
  expect(texts(linesOf("a\n"))).toEqual(["a"]);
  expect(texts(linesOf(""))).toEqual([]);
});

test("keeps every state of a progress bar and says which were overwritten", () => {
  expect(linesOf("10%\r", "20%\r30", "%\rdone\n")).toEqual([
    { text: "10%", kind: "overwritten" },
    { text: "20%", kind: "overwritten" },
    { text: "30%", kind: "overwritten" },
    { text: "done", kind: "complete" },
  ]);
  expect(texts(linesOf("\r1\r2\r"))).toEqual(["1", "2"]);
});

test("puts characters together that were split between chunks", () => {
  const bytes = Buffer.from("grün 🌙\n");
  const chunks = [...bytes].map((byte) => Buffer.from([byte]));
  expect(texts(linesOf(...chunks))).toEqual(["grün 🌙"]);
});

test("replaces bytes that are no UTF-8, so that every line is well-formed", () => {
  const [line] = linesOf(Buffer.from([0x61, 0xff, 0x62, 0xf0, 0x9f]));
  expect(line?.text).toBe("a\ufffdb\ufffd");
  expect(line?.text.isWellFormed()).toBe(true);
});

test("continues a line that is longer than a message may be, between two characters", () => {
  const text = `${"x".repeat(MAX_MESSAGE_BYTES - 1)}🌙${"ü".repeat(MAX_MESSAGE_BYTES)}`;
  const lines = linesOf(`${text}\nnext\n`);
  expect(lines.map(({ kind }) => kind)).toEqual([
    "continued",
    "continued",
    "continued",
    "complete",
    "complete",
  ]);
  expect(texts(lines).slice(0, 4).join("")).toBe(text);
  for (const line of texts(lines)) {
    expect(Buffer.byteLength(line)).toBeLessThanOrEqual(MAX_MESSAGE_BYTES);
    expect(line.isWellFormed()).toBe(true);
  }
});

test("holds back no more than one message of a line that never ends", () => {
  const lines = new OutputLines();
  let taken = 0;
  for (let i = 0; i < 100; i++) {
    taken += lines.push(Buffer.alloc(64 * 1024, "x")).reduce((sum, l) => sum + l.text.length, 0);
  }
  expect(100 * 64 * 1024 - taken).toBeLessThanOrEqual(MAX_MESSAGE_BYTES);
});

test("finds the same lines however the bytes are chunked, and loses none of the text", () => {
  const piece = fc.constantFrom("a", "ü", "🌙", "\n", "\r", "\r\n", "long ".repeat(3000));
  fc.assert(
    fc.property(
      fc.array(piece, { maxLength: 20 }),
      fc.array(fc.nat({ max: 4000 }), { maxLength: 12 }),
      (pieces, sizes) => {
        const bytes = Buffer.from(pieces.join(""));
        const chunks: Buffer[] = [];
        let at = 0;
        for (const size of sizes) chunks.push(bytes.subarray(at, (at += size)));
        chunks.push(bytes.subarray(at));
        const lines = linesOf(...chunks);
        const merged = (found: readonly OutputLine[]) =>
          found
            .map(({ text, kind }) => (kind === "continued" ? text : `${text}|${kind}\n`))
            .join("");
        expect(merged(lines)).toBe(merged(linesOf(bytes)));
        expect(texts(lines).join("")).toBe(bytes.toString().replaceAll(/[\r\n]/g, ""));
      },
    ),
  );
});

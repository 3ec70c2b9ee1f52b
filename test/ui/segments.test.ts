import fc from "fast-check";
import { expect, test } from "vitest";
import { plainText, segmentsOf } from "../../src/ui/log-view/segments.js";

// eslint-disable-next-line no-control-regex -- it is about control characters
const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f\u202a-\u202e\u2066-\u2069]/;
const ESC = "\u001b";
const text = (message: string) =>
  segmentsOf(message)
    .map((segment) => segment.text)
    .join("");

test("parts a line by its colours", () => {
  expect(segmentsOf(`a${ESC}[31mb${ESC}[0mc`)).toMatchObject([
    { text: "a", className: "" },
    { text: "b", className: "ansi-red-fg" },
    { text: "c", className: "" },
  ]);
  expect(segmentsOf(`${ESC}[1;38;5;208mx`)).toMatchObject([
    { className: "ansi-bold", color: "rgb(255, 135, 0)" },
  ]);
  expect(segmentsOf(`${ESC}[48;2;1;2;3mx`)).toMatchObject([{ background: "rgb(1, 2, 3)" }]);
});

test("leaves out what moves a cursor, sets a title or makes a link", () => {
  const message = `${ESC}[2J${ESC}]0;title\u0007${ESC}]8;;http://x\u0007here${ESC}]8;;${ESC}\\${ESC}[1A`;
  expect(text(message)).toBe("here");
  expect(plainText(message)).toBe("here");
});

test("shows what is seen and what is searched alike, without a control left", () => {
  const piece = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.constantFrom(`${ESC}[31m`, `${ESC}[0m`, `${ESC}[38;5;9m`, ESC, `${ESC}[`, "\r\n", "\u202e"),
  );
  fc.assert(
    fc.property(fc.array(piece), (pieces) => {
      const message = pieces.join("");
      expect(text(message)).toBe(plainText(message));
      expect(text(message)).not.toMatch(CONTROLS);
    }),
  );
});

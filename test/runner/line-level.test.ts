import { expect, test } from "vitest";
import { levelOfLine } from "../../src/runner/line-level.js";

test("takes what is written to stdout for information", () => {
  expect(levelOfLine("stdout", "ERROR: printed to stdout")).toBe("info");
});

test.each([
  ["ERROR something broke", "error"],
  ["error TS2304: Cannot find name", "error"],
  ["[warn] styles.css", "warning"],
  ["npm warn deprecated x", "warning"],
  ["npm error code 1", "error"],
  ["\u001b[31mfatal:\u001b[0m not a repository", "critical"],
  ["note: consider this", "info"],
  ["INFO  server started", "info"],
  ["DEBUG=1", "debug"],
  ["Cloning into 'x'...", "warning"],
  ["sh: 1: foo: not found", "warning"],
  ["", "warning"],
  ["   42 %", "warning"],
])("takes the level of a line on stderr from its first word: %j is %s", (text, level) => {
  expect(levelOfLine("stderr", text)).toBe(level);
});

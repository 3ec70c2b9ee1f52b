import { expect, test } from "vitest";
import { table } from "../../src/cli/table.js";

test("columns are as wide as they need to be", () => {
  const rows = [
    ["a", "long cell", "x"],
    ["longer", "b", ""],
  ];
  expect(table(rows, undefined)).toEqual(["a       long cell  x", "longer  b"]);
});

test("where they do not fit, the widest are cut, and none to nothing", () => {
  const rows = [["r-1", "x".repeat(40), "y".repeat(30)]];
  const [line = ""] = table(rows, 40);
  expect(line).toHaveLength(40);
  expect(line).toMatch(/^r-1 {2}x+… {2}y+…$/);
  expect(table(rows, 5)).toEqual(["r-1  xxxxxxx…  yyyyyyy…"]);
});

test("what is of no use in part is whole, or left out where there is no room for it", () => {
  const rows = [["r-1", "2026-03-01 09:30:00", "x".repeat(40), "y".repeat(9)]];
  const narrowing = { whole: [1], spare: [3] };
  expect(table(rows, 50, narrowing)).toEqual([
    "r-1  2026-03-01 09:30:00  xxxxxxxxxxxx…  yyyyyyyyy",
  ]);
  expect(table(rows, 38, narrowing)).toEqual(["r-1  2026-03-01 09:30:00  xxxxxxxxxxx…"]);
});

test("what is whole is cut all the same where it would take more than half", () => {
  const rows = [["r".repeat(30), "x"]];
  expect(table(rows, 60, { whole: [0] })).toEqual([`${"r".repeat(30)}  x`]);
  expect(table(rows, 20, { whole: [0] })).toEqual([`${"r".repeat(16)}…  x`]);
});

test("what is two columns wide in a terminal counts as two, and is cut between characters", () => {
  const rows = [
    ["構築失敗", "x"],
    ["👩‍💻👩‍💻👩‍💻👩‍💻👩‍💻", "y"],
  ];
  expect(table(rows, undefined)).toEqual(["構築失敗    x", "👩‍💻👩‍💻👩‍💻👩‍💻👩‍💻  y"]);
  expect(table(rows, 11)).toEqual(["構築失敗  x", "👩‍💻👩‍💻👩‍💻…   y"]);
});

test("what could steer a terminal is left out, and a cell is one line", () => {
  expect(table([["a\u001b[2Jb\nc", "ü😀"]], undefined)).toEqual(["ab c  ü😀"]);
});

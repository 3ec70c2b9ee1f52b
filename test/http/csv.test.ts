import { parse } from "csv-parse/sync";
import { expect, test } from "vitest";
import { csv } from "../../src/http/csv.js";

test.each(["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", "＋1", "－1", "＠1"])(
  "%j does not begin a cell",
  (text) => {
    const table = csv([["a", text]]);
    expect(parse(table)).toEqual([["a", `'${text}`]]);
  },
);

test("what is no formula stays as it is", () => {
  const row = ["a=1", "", "it's", 'say "hi"', "two\r\nlines", "x,y", "{}"];
  expect(parse(csv([row]))).toEqual([row]);
  expect(csv([[-1.5, null, undefined, true, { a: [1] }]])).toBe('-1.5,,,true,"{""a"":[1]}"\r\n');
});

test("a cell stays one where cells are parted at semicolons or tabs", () => {
  const table = csv([["a;=1+1", "b\t=1+1"]]);
  expect(table).toBe('"a;=1+1","b\t=1+1"\r\n');
});

import Database from "better-sqlite3";
import fc from "fast-check";
import { expect, test } from "vitest";
import { TOKENIZER } from "../../src/readmodel/database.js";
import { parseTextQuery, TextQueryError } from "../../src/readmodel/text-query.js";

const db = new Database(":memory:");
db.exec(`CREATE VIRTUAL TABLE texts USING fts5(tags, text, tokenize = '${TOKENIZER}')`);
const find = db.prepare<[string], number>("SELECT rowid FROM texts WHERE texts MATCH ?").pluck();

/** As a search puts the two parts together. */
function matches(q: string): number[] {
  const { wanted, unwanted } = parseTextQuery(q);
  const none = unwanted === undefined ? "" : ` NOT text : (${unwanted})`;
  return find.all(`text : (${wanted})${none}`);
}

test.each([
  ["refused", [1, 2]],
  ["connection refused", [1, 2]],
  ['"connection refused"', [1]],
  ["CONNECT*", [1, 2]],
  ["refused -peer", [2]],
  ['refused -"by peer" -nowhere', [2]],
  ["peer OR token", [1, 3]],
  ["refused peer OR token", [1]],
  ["a.b-c", [4]],
  ["AND", [5]],
  ['"OR"', [5]],
  ["NEAR", [5]],
  ["tags", []],
  ["tags:secret", []],
  ["secret", []],
  ["{tags} secret", []],
  ["refused)", [1, 2]],
  ["(refused", [1, 2]],
  ["^refused", [1, 2]],
  ["x'; DROP TABLE texts; --x", []],
])("%s", (q, expected) => {
  db.exec("DELETE FROM texts");
  const texts = [
    "Connection refused by peer",
    "refused the connection",
    "the token expired",
    "a.b-c",
    "this AND that OR NEAR",
  ];
  const insert = db.prepare("INSERT INTO texts (rowid, tags, text) VALUES (?, 'secret', ?)");
  for (const [i, text] of texts.entries()) insert.run(i + 1, text);
  expect(matches(q)).toEqual(expected);
});

test.each([
  ["", "must have a word"],
  ["-only", "must have a word"],
  ['"open', "has a quote"],
  ['key:"value"', "has a quote"],
  ["***", "neither letters nor digits"],
  ["a -- b", "neither letters nor digits"],
  ['""', "neither letters nor digits"],
  ["OR a", "does not stand between two words"],
  ["a OR OR b", "does not stand between two words"],
  ["a OR -b", "that is to be absent"],
  ["a OR", "ends in OR"],
  [Array.from({ length: 33 }, (_, i) => i).join(" "), "more than 32 words"],
])("%s is refused", (q, flaw) => {
  expect(() => parseTextQuery(q)).toThrow(TextQueryError);
  expect(() => parseTextQuery(q)).toThrow(flaw);
});

test("whatever is typed is refused as such, or is an expression that FTS5 understands", () => {
  const typed = fc.array(
    fc.oneof(
      fc.constantFrom(
        '"',
        "*",
        "-",
        "OR",
        "AND",
        "NOT",
        "NEAR(",
        ")",
        "(",
        "^",
        ":",
        "+",
        "{",
        "'",
        "\\",
        "\0",
        " ",
      ),
      fc.string({ unit: "binary", maxLength: 4 }),
    ),
    { maxLength: 12 },
  );
  fc.assert(
    fc.property(typed, (parts) => {
      try {
        matches(parts.join(""));
      } catch (error) {
        if (!(error instanceof TextQueryError)) throw error;
      }
    }),
    { numRuns: 3000 },
  );
});

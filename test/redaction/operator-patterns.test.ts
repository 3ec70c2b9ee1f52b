import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ConfigError, resolveConfig } from "../../src/config.js";
import { openRedactor } from "../../src/redaction-file.js";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "runtrail-redact-"));
});
afterAll(() => rm(folder, { recursive: true }));

async function fileWith(text: string): Promise<string> {
  const file = join(folder, "patterns.yaml");
  await writeFile(file, text);
  return file;
}

describe("an operator's patterns", () => {
  test("are found in texts, in JSON or YAML, beside the built-in ones", async () => {
    for (const text of [
      "- name: order-key\n  pattern: 'ORD-[0-9]{4}'\n- {name: codeword, pattern: '(?<keep>codeword: ).+', flags: i}\n",
      '[{"name":"order-key","pattern":"ORD-[0-9]{4}"},{"name":"codeword","pattern":"(?<keep>codeword: ).+","flags":"i"}]',
    ]) {
      const redactor = await openRedactor({ builtIn: true, file: await fileWith(text) });
      const payload = { a: "ORD-1234, password=x", b: "Codeword: swordfish\nnext" };
      expect(redactor.mayHold(JSON.stringify(payload))).toBe(true);
      expect(redactor.redact(payload)).toEqual({
        a: "[redacted:order-key], password=[redacted:password]",
        b: "Codeword: [redacted:codeword]\nnext",
      });
      expect(redactor.counts.get("order-key")).toBe(1);
    }
  });

  test("stay when the built-in ones are switched off", async () => {
    const file = await fileWith("[{name: order-key, pattern: 'ORD-[0-9]{4}'}]");
    const { redaction } = resolveConfig({ RUNTRAIL_REDACT: "off", RUNTRAIL_REDACT_FILE: file });
    const redactor = await openRedactor(redaction);
    const payload = { a: "ORD-1234, password=x", password: "y" };
    expect(redactor.redact(payload)).toEqual({
      a: "[redacted:order-key], password=x",
      password: "y",
    });
  });

  test("may be none", async () => {
    const redactor = await openRedactor({ builtIn: false, file: undefined });
    expect(redactor.mayHold('{"password":"y"}')).toBe(false);
    expect([...redactor.counts]).toEqual([]);
  });
});

describe("a file of patterns that cannot be used", () => {
  test.each([
    ["{}", /it must be a list/],
    ["[1]", /item 1: it must have the members name and pattern/],
    ["[{name: 'Order Key', pattern: a}]", /item 1: name must be lower-case/],
    ["[{name: a, pattern: b}, {name: a, pattern: c}]", /a: another one has this name/],
    ["[{name: jwt, pattern: b}]", /jwt: a built-in pattern has this name/],
    ["[{name: a}]", /a: pattern must be a text/],
    ["[{name: a, pattern: '('}]", /a: .*Unterminated group/],
    ["[{name: a, pattern: 'b*'}]", /a: pattern matches an empty text/],
    ["[{name: a, pattern: b, flags: gy}]", /a: flags may hold i, m, s and u/],
    ["[{name: a, pattern: b, flag: i}]", /a: remove flag/],
    ["[{name: a, pattern: ]", /cannot be read: /],
  ])(
    "is refused at start, with the file, the pattern and what is wrong: %s",
    async (text, what) => {
      const file = await fileWith(text);
      const refused = openRedactor({ builtIn: true, file });
      await expect(refused).rejects.toThrow(ConfigError);
      await expect(refused).rejects.toThrow(what);
      await expect(refused).rejects.toThrow(`RUNTRAIL_REDACT_FILE: ${file}: `);
    },
  );

  test("is refused when it is not there", async () => {
    const file = join(folder, "none.yaml");
    await expect(openRedactor({ builtIn: true, file })).rejects.toThrow(/cannot be read: ENOENT/);
  });

  test("is not asked for with a word other than on and off", () => {
    expect(() => resolveConfig({ RUNTRAIL_REDACT: "no" })).toThrow(
      "RUNTRAIL_REDACT must be on or off",
    );
  });
});

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { JsonObject } from "../../src/envelope/envelope.js";
import { BUILT_IN_NAMES, Redactor } from "../../src/redaction/redactor.js";
import { MANY_LINES, ORDINARY, SECRETS } from "./texts.js";

const redactor = new Redactor({ builtIn: true, patterns: [] });

/** The text as the publisher makes it: looked into only when the cheap test says so. */
function redacted(text: string): string {
  const payload = { text };
  return redactor.mayHold(JSON.stringify(payload)) ? textOf(redactor.redact(payload)) : text;
}
function textOf(payload: JsonObject): string {
  return payload["text"] as string;
}

describe("a secret in a text", () => {
  test.each(SECRETS)("%s: %s becomes %s", (_name, text, expected) => {
    expect(redacted(text)).toBe(expected);
  });

  test.each(SECRETS)("%s is found in the middle of a line: %s", (name, text) => {
    const line = `12:00:01 [build] step 3 (${text.replaceAll("\n", "\\n")}) and so on`;
    expect(redacted(line)).toContain(`[redacted:${name}]`);
  });

  test("has an example for every built-in pattern", () => {
    expect(new Set(SECRETS.map(([name]) => name))).toEqual(BUILT_IN_NAMES);
  });

  test("is found in JSON within JSON within JSON", () => {
    let text = JSON.stringify({ user: "ci", password: "hunter2-and-more", port: 80 });
    for (let depth = 0; depth < 2; depth++) {
      expect(redacted(text)).toBe(text.replace("hunter2-and-more", "[redacted:password]"));
      text = JSON.stringify({ text }).slice('{"text":'.length, -1);
    }
  });

  test("is counted by the name of its pattern", () => {
    const counted = new Redactor({ builtIn: true, patterns: [] });
    counted.redact({ a: "password=one password=two", b: ["token=three"] });
    expect(counted.counts.get("password")).toBe(2);
    expect(counted.counts.get("token")).toBe(1);
    expect(counted.counts.get("jwt")).toBe(0);
  });
});

describe("what is no secret", () => {
  test.each(ORDINARY)("stays: %s", (text) => {
    expect(redacted(text)).toBe(text);
    expect(redactor.redact({ text })).toEqual({ text });
  });

  test("stays the very same object", () => {
    const payload = { entries: [{ message: "the token was accepted" }], n: 1, list: [null, true] };
    expect(redactor.redact(payload)).toBe(payload);
  });

  test("base64 of anything stays", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 30, maxLength: 3000 }), (bytes) => {
        const text = `data:image/png;base64,${Buffer.from(bytes).toString("base64")}`;
        expect(redacted(text)).toBe(text);
      }),
    );
  });
});

describe("a payload", () => {
  test("is redacted at every depth, and its members' names are not", () => {
    const payload = JSON.parse(
      '{"a":[{"b":["x","Bearer 0123456789abcdef"]}],"__proto__":{"c":"password=p1"},"password=key":1}',
    ) as JsonObject;
    const before = JSON.stringify(payload);
    expect(JSON.stringify(redactor.redact(payload))).toBe(
      '{"a":[{"b":["x","Bearer [redacted:bearer-token]"]}],' +
        '"__proto__":{"c":"password=[redacted:password]"},"password=key":1}',
    );
    expect(JSON.stringify(payload)).toBe(before);
  });

  test("loses the text of members that are named as secrets, whatever it looks like", () => {
    const payload = {
      fields: { DB_PASSWORD: "x", clientSecret: "y", apiKey: "z", Authorization: "Basic QQ==" },
      password: { set: true },
      token: 17,
      maxTokens: "many",
      passwordHint: "a colour",
      refresh_token: "***",
    };
    expect(redactor.redact(payload)).toEqual({
      ...payload,
      fields: {
        DB_PASSWORD: "[redacted:password]",
        clientSecret: "[redacted:secret]",
        apiKey: "[redacted:api-key]",
        Authorization: "[redacted:authorization]",
      },
    });
  });
});

describe("a private key that spans several lines", () => {
  const body = ["MIIEvQIBADANBgkqhkiG9w0BAQEFAASC", "BKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj", "Eg=="];
  const begin = "-----BEGIN RSA PRIVATE KEY-----";
  const end = "-----END RSA PRIVATE KEY-----";
  const gone = "[redacted:private-key]";

  test("is gone from all of them, and what surrounds it is not", () => {
    const lines = ["before", `key: ${begin}`, ...body, `${end} done`, "after"];
    expect(
      redactor.redact({ entries: lines.map((message) => ({ message, level: "info" })) }),
    ).toEqual({
      entries: ["before", `key: ${gone}`, gone, gone, gone, `${gone} done`, "after"].map(
        (message) => ({ message, level: "info" }),
      ),
    });
    expect(redactor.redact({ lines })["lines"]).toEqual([
      ...["before", `key: ${gone}`, gone, gone, gone, `${gone} done`, "after"],
    ]);
  });

  test("is gone with whatever a logger writes in front of its lines", () => {
    const lines = [begin, ...body, end].map((line) => `12:00:01 [stdout] ${line}`);
    expect(JSON.stringify(redactor.redact({ lines }))).not.toMatch(/MII|BKcw|Eg==/);
  });

  test("is gone as far as lines look like one where its end is missing", () => {
    const lines = [begin, ...body, "Compiling 214 files", "MIIEvQIBADANBgkqhkiG9w0BAQEFAASC"];
    expect(redactor.redact({ lines })["lines"]).toEqual([
      gone,
      gone,
      gone,
      gone,
      ...lines.slice(4),
    ]);
  });

  test("does not take a second one that follows for its end", () => {
    const lines = [begin, ...body, "ordinary line", begin, ...body, end, "after"];
    expect(redactor.redact({ lines })["lines"]).toEqual([
      ...[gone, gone, gone, gone, "ordinary line", gone, gone, gone, gone, gone, "after"],
    ]);
  });

  test("hides what begins in the line in which another one ends", () => {
    const lines = [begin, `${body[0] ?? ""}${end}${begin}`, body[1] ?? "", end];
    expect(JSON.stringify(redactor.redact({ lines }))).not.toMatch(/MII|BKcw/);
  });
});

describe("the laws of redaction", () => {
  const piece = fc.oneof(
    fc.constantFrom(...SECRETS.map(([, text]) => text), ...ORDINARY),
    fc.constantFrom(
      " ",
      "\n",
      '"',
      "\\",
      ":",
      "=",
      "@",
      "'",
      "password",
      "token",
      "=",
      "://",
      "eyJ",
    ),
    fc.string({ unit: "binary", maxLength: 12 }),
  );
  const text = fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join(""));

  test("redacting again changes nothing", () => {
    fc.assert(
      fc.property(text, (given) => {
        const once = redactor.redact({ text: given });
        expect(redactor.redact(once)).toEqual(once);
      }),
      { numRuns: 3000, examples: [["://Server=db;Pwd=x1;User=y@"]] },
    );
  });

  test("the cheap test never passes over what would be redacted", () => {
    fc.assert(
      fc.property(text, (given) => {
        const payload = { nested: [{ text: given }] };
        if (redactor.redact(payload) !== payload) {
          expect(redactor.mayHold(JSON.stringify(payload))).toBe(true);
        }
      }),
      { numRuns: 3000 },
    );
  });
});

/**
 * Text that makes a careless pattern try the same stretch from each of its places: with one that takes the
 * square of it, a MiB is the work of hours, and the test does not return.
 */
describe("a mebibyte of text that almost matches", () => {
  const MIB = 1024 * 1024;
  const fill = (unit: string) => unit.repeat(Math.ceil(MIB / unit.length));

  test.each(MANY_LINES)("is looked through in one go: %j", (start, unit, end) => {
    const text = start + fill(unit) + end;
    expect(textOf(redactor.redact({ text })).length).toBeGreaterThan(0);
    redactor.mayHold(JSON.stringify({ text }));
  });

  test("is looked through in one go as many lines", () => {
    const lines = Array.from({ length: 10_000 }, () => "-----BEGIN PRIVATE KEY-----");
    expect(redactor.redact({ lines })["lines"]).toHaveLength(10_000);
  });
});

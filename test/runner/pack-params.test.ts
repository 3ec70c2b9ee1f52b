import { expect, test } from "vitest";
import { durationMs, formatDuration } from "../../src/runner/duration.js";
import { paramEnvironment, resolveParams } from "../../src/runner/pack-params.js";

const pack = { pack: "p", params: { target: "staging", "dry-run": true, key: null }, steps: [] };

test("a parameter has the value given, else its default", () => {
  expect(resolveParams(pack, { key: "k", target: "production" })).toEqual({
    ok: true,
    values: { target: "production", "dry-run": "true", key: "k" },
  });
});

test("a parameter without a default must be given", () => {
  expect(resolveParams(pack, {})).toEqual({
    ok: false,
    message: "p needs a value: --param key=VALUE",
  });
});

test("a parameter that the pack does not have is refused", () => {
  expect(resolveParams(pack, { key: "k", tagret: "x" })).toEqual({
    ok: false,
    message: "p has no parameter tagret; it has target, dry-run, key",
  });
});

test("steps see parameters as environment variables", () => {
  expect(paramEnvironment({ target: "a b", "dry-run": "true" })).toEqual({
    PARAM_TARGET: "a b",
    PARAM_DRY_RUN: "true",
  });
});

test.each([
  [1500, 1500, "1.5 s"],
  ["30s", 30_000, "30.0 s"],
  ["1.5h", 5_400_000, "1 h 30 min"],
  ["250ms", 250, "250 ms"],
  ["90s", 90_000, "1 min 30 s"],
  ["1d", 86_400_000, "24 h 0 min"],
])("the duration %s is %i ms, in words %s", (duration, ms, words) => {
  expect(durationMs(duration)).toBe(ms);
  expect(formatDuration(ms)).toBe(words);
});

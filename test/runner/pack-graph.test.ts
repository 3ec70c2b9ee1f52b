import { expect, test } from "vitest";
import { verdictOn, type StepOutcome } from "../../src/runner/pack-graph.js";

type Condition = "success()" | "failure()" | "always()";

function verdict(condition: Condition | undefined, outcomes: Record<string, StepOutcome>) {
  const step = { id: "x", run: "true", needs: ["a", "b"], ...(condition && { if: condition }) };
  return verdictOn(step, new Map(Object.entries(outcomes))).do;
}

test("a step waits until all that it needs has ended", () => {
  expect(verdict(undefined, {})).toBe("wait");
  expect(verdict("always()", { a: "failed" })).toBe("wait");
});

test.each<[Condition | undefined, StepOutcome, string]>([
  [undefined, "completed", "run"],
  [undefined, "skipped", "run"],
  [undefined, "failed", "skip"],
  [undefined, "timed_out", "skip"],
  [undefined, "canceled", "skip"],
  [undefined, "skipped-after-failure", "skip"],
  ["success()", "completed", "run"],
  ["failure()", "completed", "skip"],
  ["failure()", "skipped", "skip"],
  ["failure()", "failed", "run"],
  ["failure()", "skipped-after-failure", "run"],
  ["always()", "completed", "run"],
  ["always()", "failed", "run"],
])(
  "with the condition %s after one that was %s, the verdict is %s",
  (condition, outcome, expected) => {
    expect(verdict(condition, { a: "completed", b: outcome })).toBe(expected);
  },
);

test("a step that needs nothing runs", () => {
  expect(verdictOn({ id: "x", run: "true" }, new Map()).do).toBe("run");
});

import fc from "fast-check";
import { expect, test } from "vitest";
import {
  isScopePath,
  parseScope,
  scopeOfSubject,
  subjectOf,
  timelineSubjects,
} from "../../src/envelope/scope.js";

const id = fc.stringMatching(/^[A-Za-z0-9_:@=+~-]{1,128}$/);
const path = fc.oneof(
  id.map((run) => `runs/${run}`),
  fc.tuple(id, id).map(([run, job]) => `runs/${run}/jobs/${job}`),
  fc.tuple(id, id, id).map(([run, pack, job]) => `runs/${run}/pack-runs/${pack}/jobs/${job}`),
  fc.tuple(id, id).map(([pack, job]) => `pack-runs/${pack}/jobs/${job}`),
);

test("a path tells kind, id, root and what contains it", () => {
  expect(parseScope("runs/r-42/pack-runs/p-1/jobs/lint")).toEqual({
    path: "runs/r-42/pack-runs/p-1/jobs/lint",
    kind: "jobs",
    id: "lint",
    rootId: "r-42",
    ancestors: ["runs/r-42", "runs/r-42/pack-runs/p-1"],
  });
  expect(parseScope("jobs/j-7")).toMatchObject({ kind: "jobs", rootId: "j-7", ancestors: [] });
});

test.each([
  "",
  "runs",
  "runs/",
  "/runs/x",
  "runs/x/",
  "runs/../x",
  "runs/a.b",
  "runs/*",
  "runs/>",
  "runs/a b",
  "runs/a\u0000",
  "runs/é",
  `runs/${"x".repeat(129)}`,
  "Runs/x",
  "steps/x",
  "jobs/a/jobs/b",
  "jobs/a/runs/b",
  "runs/a/runs/b",
  "pack-runs/a/pack-runs/b",
  "runs/a/pack-runs/b/jobs/c/jobs/d",
  "constructor/x",
  "__proto__/x",
])("%j is not a scope", (text) => {
  expect(parseScope(text)).toBeUndefined();
  expect(isScopePath(text)).toBe(false);
});

test("every scope has one subject, and every subject leads back to it", () => {
  fc.assert(
    fc.property(path, (scope) => {
      expect(parseScope(scope)?.path).toBe(scope);
      expect(isScopePath(scope)).toBe(true);
      const subject = subjectOf("acme", scope);
      expect(subject).not.toMatch(/[*>\s]/);
      expect(scopeOfSubject(subject)).toEqual({ tenant: "acme", path: scope });
    }),
  );
});

test("a timeline is the scope's own subject and all below it", () => {
  expect(timelineSubjects("t", "runs/r")).toEqual(["ev.t.runs.r", "ev.t.runs.r.>"]);
  expect(timelineSubjects("t", "runs/r/jobs/j")).toEqual(["ev.t.runs.r.jobs.j"]);
  expect(timelineSubjects("t", "jobs/j")).toEqual(["ev.t.jobs.j"]);
  expect(timelineSubjects("t", "")).toEqual(["ev.t.>"]);
});

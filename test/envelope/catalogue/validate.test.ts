import { describe, expect, test } from "vitest";
import { defaultCatalogue } from "../../../src/envelope/catalogue/validate.js";

const at = "2026-03-01T09:30:00.000Z";
const error = { code: "exit-nonzero", message: "exit code 2", retryable: true };

/** The one problem of a payload, as `pointer: message`. */
function problem(type: string, payload: unknown): string {
  const verdict = defaultCatalogue.validatePayload(type, payload);
  if (verdict.ok) return "none";
  expect(verdict.problems).toHaveLength(1);
  return `${verdict.problems[0].pointer}: ${verdict.problems[0].message}`;
}

describe("a payload that does not fit is refused with the place and what to do there:", () => {
  test.each<[string, string, unknown, string]>([
    [
      "a missing member",
      "job.completed",
      { attempt: 1 },
      "/durationMs: add durationMs: how long it took, in whole milliseconds",
    ],
    [
      "a string for a number",
      "job.progress",
      { percentage: "50" },
      "/percentage: percentage must be a number, but is a string",
    ],
    [
      "a fraction of a millisecond",
      "job.completed",
      { attempt: 1, durationMs: 0.5 },
      "/durationMs: durationMs must be a whole number, but is 0.5",
    ],
    [
      "a negative count",
      "run.progress",
      { completedSteps: -1, totalSteps: 2, percentage: 0 },
      "/completedSteps: completedSteps must be >= 0",
    ],
    [
      "more than all",
      "job.progress",
      { percentage: 100.1 },
      "/percentage: percentage must be <= 100",
    ],
    [
      "null",
      "run.created",
      { workflowId: null },
      "/workflowId: workflowId must be a string, but is null",
    ],
    [
      "an empty name",
      "run.created",
      { workflowId: "" },
      "/workflowId: workflowId is too short: give at least 1 character(s)",
    ],
    [
      "a name without end",
      "run.created",
      { workflowId: "x".repeat(513) },
      "/workflowId: workflowId is too long: give at most 512 characters",
    ],
    [
      "an error that is a text",
      "run.failed",
      { durationMs: 1, error: "boom" },
      "/error: error must be an object, but is a string",
    ],
    [
      "an error without a code",
      "run.failed",
      { durationMs: 1, error: { message: "m", retryable: false } },
      "/error/code: add code: a stable word that programs may compare, such as exit-nonzero",
    ],
    [
      "a time without an offset",
      "lease.renewed",
      { leaseId: "l", leaseUntil: "2026-03-01T09:30:00" },
      '/leaseUntil: leaseUntil is not in the form expected, such as "2026-03-01T09:30:00.000Z"',
    ],
    [
      "a digest of no known kind",
      "node.output",
      { nodeId: "n", sizeBytes: 1, uri: "s3://a/b", digest: "md5:00" },
      '/digest: digest is not in the form expected, such as "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"',
    ],
    [
      "neither value nor address",
      "node.input",
      { nodeId: "n", sizeBytes: 1, digest: `sha256:${"0".repeat(64)}` },
      "/inline: add inline or uri",
    ],
    [
      "an address that is a path",
      "artifact.created",
      {
        uri: "C:\\report",
        digest: `sha256:${"0".repeat(64)}`,
        mediaType: "text/html",
        sizeBytes: 1,
        name: "r",
      },
      "/uri: uri is not in the form expected: Where it is kept: an absolute URI.",
    ],
    [
      "a label that is a number",
      "run.created",
      { workflowId: "w", labels: { "a/b~c": 1 } },
      "/labels/a~1b~0c: a/b~c must be a string, but is 1",
    ],
    [
      "no entries",
      "log.appended",
      { entries: [] },
      "/entries: entries has too few items: give at least 1",
    ],
    [
      "too many entries",
      "log.appended",
      { entries: Array(1001).fill({ at, level: "info", message: "" }) },
      "/entries: entries has too many items: send at most 1000 an event",
    ],
    [
      "an entry that is a text",
      "log.appended",
      { entries: [{ at, level: "info", message: "" }, "line"] },
      "/entries/1: item 1 must be an object, but is a string",
    ],
    [
      "an unknown level",
      "log.appended",
      { entries: [{ at, level: "loud", message: "" }] },
      '/entries/0/level: level must be one of ["trace","debug","info","warning","error","critical"]',
    ],
    [
      "a field that is no text",
      "log.appended",
      { entries: [{ at, level: "info", message: "", fields: { port: 80 } }] },
      "/entries/0/fields/port: port must be a string, but is 80",
    ],
    [
      "a priority out of range",
      "log.appended",
      { entries: [{ at, level: "info", message: "", displayPriority: 11 }] },
      "/entries/0/displayPriority: displayPriority must be <= 10",
    ],
    ["no object at all", "run.created", [1], ": the payload must be an object"],
  ])("%s", (_, type, payload, expected) => {
    expect(problem(type, payload)).toBe(expected);
  });
});

test("a problem never repeats a string that was sent, which may be a secret", () => {
  const secret = "ghp_0123456789abcdef";
  for (const payload of [{ percentage: secret }, { percentage: 1, message: [secret] }]) {
    expect(problem("job.progress", payload)).not.toContain(secret);
  }
  expect(problem("log.appended", { entries: [{ at, level: secret, message: "" }] })).not.toContain(
    secret,
  );
});

describe("a type", () => {
  test("of a reserved family that is not in the catalogue is refused with the one probably meant", () => {
    expect(defaultCatalogue.validatePayload("job.complete", {})).toEqual({
      ok: false,
      problems: [
        {
          code: "unknown-type",
          pointer: "",
          message:
            "the family job is reserved and has no type job.complete: did you mean job.completed?",
        },
      ],
    });
    expect(problem("pack_run.cancelled", {})).toContain("did you mean pack_run.canceled?");
    expect(problem("audit.something_else_entirely", {})).toContain("use a family of your own");
  });

  test.each(["run", "Run.created", "workflow_started", "a..b", "a.b\n", "", `a.${"b".repeat(63)}`])(
    "that is malformed is refused: %j",
    (type) => {
      const verdict = defaultCatalogue.validatePayload(type, {});
      expect(verdict).toMatchObject({ ok: false, problems: [{ code: "malformed-type" }] });
    },
  );

  test("of the producer's own takes any object, and only an object", () => {
    expect(problem("deploy.canary.promoted", { anything: [1, { goes: null }] })).toBe("none");
    expect(problem("deploy.canary.promoted", {})).toBe("none");
    for (const payload of [null, [], "text", 1, true]) {
      expect(problem("deploy.canary.promoted", payload)).toBe(": the payload must be an object");
    }
  });

  test("named like a member of Object.prototype is a type like any other", () => {
    expect(problem("constructor.x", {})).toBe("none");
    expect(problem("valueof.to_string", { a: 1 })).toBe("none");
    for (const type of ["constructor", "__proto__", "toString"]) {
      expect(problem(type, {})).toContain("a type is at least two lower-case words");
    }
  });
});

test("members named like those of Object.prototype are facts like any other", () => {
  const odd = JSON.parse(
    `{"percentage": 5, "__proto__": {"percentage": "x"}, "constructor": 1, "hasOwnProperty": null}`,
  ) as Record<string, unknown>;
  expect(problem("job.progress", odd)).toBe("none");
  expect(defaultCatalogue.normalize({ type: "job.progress", payload: odd }).payload).toBe(odd);

  const inherited = JSON.parse(`{"__proto__": {"percentage": 5}}`) as unknown;
  expect(problem("job.progress", inherited)).toContain("/percentage: add percentage");
  expect(({} as Record<string, unknown>)["percentage"]).toBeUndefined();
});

test("a failed run needs an error; one that timed out may have one", () => {
  expect(problem("run.failed", { durationMs: 1 })).toContain("/error: add error");
  expect(problem("run.failed", { durationMs: 1, error })).toBe("none");
  expect(problem("run.timed_out", { durationMs: 1 })).toBe("none");
  expect(problem("run.timed_out", { durationMs: 1, error })).toBe("none");
});

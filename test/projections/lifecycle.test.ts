import { describe, expect, test } from "vitest";
import type { JsonObject } from "../../src/envelope/envelope.js";
import { boom, scopeUnderTest, timeAt } from "./events.js";

const done = { attempt: 1, durationMs: 5000 };

test("a scope of which nothing is known has no status", () => {
  const { state } = scopeUnderTest("runs/r/pack-runs/p");
  expect(state).toMatchObject({ kind: "pack-runs", status: null, percentage: null, index: 0 });
});

describe("the status of a scope", () => {
  test.each<[string, string, [string, JsonObject?][]]>([
    ["runs/r", "created", [["run.created"]]],
    ["runs/r", "running", [["run.created"], ["run.started"]]],
    ["runs/r", "paused", [["run.started"], ["run.paused"]]],
    ["runs/r", "running", [["run.started"], ["run.paused"], ["run.resumed"]]],
    ["runs/r", "completed", [["run.started"], ["run.completed"]]],
    ["pack-runs/p", "timed_out", [["pack_run.started"], ["pack_run.timed_out"]]],
    ["jobs/j", "queued", [["job.created"], ["job.queued"]]],
    ["jobs/j", "leased", [["job.queued"], ["job.leased"]]],
    ["jobs/j", "running", [["job.started"], ["job.attempt_failed", { attempt: 1 }]]],
    // Out of place: the latest word counts …
    ["jobs/j", "queued", [["job.started"], ["job.queued"]]],
    ["jobs/j", "completed", [["job.completed"]]],
    ["runs/r", "running", [["run.resumed"]]],
    // … but that it was created takes nothing back, and what makes progress runs.
    ["jobs/j", "running", [["job.started"], ["job.created"]]],
    ["jobs/j", "running", [["job.progress", { percentage: 5 }]]],
    ["jobs/j", "queued", [["job.queued"], ["job.progress", { percentage: 5 }]]],
    // An end is one.
    ["jobs/j", "failed", [["job.failed"], ["job.completed"], ["job.started"]]],
    // Another kind's lifecycle, and what is not of the catalogue, say nothing.
    ["jobs/j", "running", [["job.started"], ["run.completed"], ["job.exploded"]]],
  ])("of %s is %s", (scope, status, told) => {
    const { state, tell } = scopeUnderTest(scope);
    for (const [type, payload] of told) tell(type, payload);
    expect(state.status).toBe(status);
  });
});

describe("an ended scope", () => {
  test("stays as it ended, whatever comes late", () => {
    const { state, tell } = scopeUnderTest();
    tell("job.started", { jobType: "shell", attempt: 1 }, 0);
    tell("job.failed", { ...done, error: boom, exitCode: 2, reason: "it broke" }, 5);
    const ended = structuredClone(state);
    tell("job.started", { jobType: "other", attempt: 2 }, 6);
    tell("job.progress", { percentage: 10 }, 6);
    tell("job.leased", { leaseId: "l" }, 7);
    tell("retry.scheduled", { attempt: 1, delayMs: 5, error: boom }, 7);
    tell("job.completed", done, 8);
    const { counts, index, headHash, lastSequence, lastAt, ...rest } = state;
    expect(ended).toMatchObject(rest);
    expect({ index, lastSequence, lastAt }).toEqual({
      index: 7,
      lastSequence: 70,
      lastAt: timeAt(8),
    });
    expect(headHash).not.toBe(ended.headHash);
    expect(counts).toMatchObject({ events: 7, late: 5, errors: 1 });
  });

  test("still takes in nodes, approvals, artifacts and log entries that come late", () => {
    const { state, tell } = scopeUnderTest("runs/r");
    tell("node.started", { nodeId: "n" });
    tell("run.completed", { durationMs: 1 });
    tell("node.completed", { nodeId: "n", durationMs: 1 });
    tell("approval.requested", { approvalId: "a", gate: "g" });
    tell("artifact.created", { name: "x", uri: "a:b", sizeBytes: 1 });
    tell("log.appended", { entries: [{ at: timeAt(9), level: "error", message: "late" }] });
    expect(state.nodes[0]?.status).toBe("completed");
    expect(state.approvals).toHaveLength(1);
    expect(state.artifacts).toHaveLength(1);
    expect(state.errors[0]?.message).toBe("late");
    expect(state.counts.late).toBe(4);
  });

  test("tells how it ended", () => {
    const { state, tell } = scopeUnderTest();
    tell("job.started", { attempt: 1 }, 10);
    tell("job.failed", { attempt: 1, error: boom, exitCode: 137, reason: "killed" }, 25);
    expect(state).toMatchObject({
      endedAt: timeAt(25),
      durationMs: 15_000,
      exitCode: 137,
      error: boom,
      reason: "killed",
      percentage: null,
    });
  });

  test("has all of it done when it has completed, and otherwise as much as it said", () => {
    const completed = scopeUnderTest("runs/r");
    completed.tell("run.progress", { percentage: 40 });
    expect(completed.tell("run.completed").percentage).toBe(100);
    const failed = scopeUnderTest("runs/r");
    failed.tell("run.progress", { percentage: 40 });
    expect(failed.tell("run.failed").percentage).toBe(40);
  });
});

test("progress that goes backwards counts, and stays between 0 and 100", () => {
  const { tell } = scopeUnderTest("runs/r");
  expect(tell("run.progress", { percentage: 60 }).percentage).toBe(60);
  expect(tell("run.progress", { percentage: 40.5 }).percentage).toBe(40.5);
  expect(tell("run.progress", { percentage: 400 }).percentage).toBe(100);
  expect(tell("run.progress", { percentage: -4 }).percentage).toBe(0);
  expect(tell("run.progress", { percentage: "9" }).percentage).toBe(0);
});

test("an event that is in the state already changes nothing at all", () => {
  const { state, tell } = scopeUnderTest();
  tell("job.created");
  tell("job.started", { attempt: 1 });
  const before = JSON.stringify(state);
  const again = scopeUnderTest("jobs/j", state);
  again.leaveOut(-2);
  again.tell("job.failed", { attempt: 1, error: boom });
  again.tell("log.appended", { entries: [{ at: timeAt(0), level: "error", message: "m" }] });
  expect(JSON.stringify(state)).toBe(before);
});

test("what was left out is counted as missing", () => {
  const { state, tell, leaveOut } = scopeUnderTest();
  leaveOut(4);
  tell("job.progress", { percentage: 5 });
  expect(state).toMatchObject({ index: 5, missing: 4, startedAt: null });
  leaveOut(2);
  tell("job.completed", done);
  expect(state).toMatchObject({ index: 8, missing: 6, counts: { events: 2 } });
});

test("the latest word counts of what a scope is", () => {
  const { state, tell } = scopeUnderTest("runs/r");
  tell("run.created", { workflowId: "w", triggeredBy: "ana", inputDigest: "sha256:1", params: {} });
  tell("run.started", { workflowId: "w2", totalSteps: 4, name: { odd: true } });
  tell("run.completed", { completedSteps: 4 });
  expect(state.about).toEqual({
    workflowId: "w2",
    triggeredBy: "ana",
    inputDigest: "sha256:1",
    totalSteps: 4,
    completedSteps: 4,
  });
});

test("a pack-run has its steps, each as it was last told of", () => {
  const { state, tell } = scopeUnderTest("pack-runs/p");
  const step = { stepIndex: 0, stepId: "build", totalSteps: 2 };
  tell("pack_run.progress", { ...step, stepStatus: "running", stepName: "Build" }, 1);
  tell("pack_run.progress", { stepIndex: 1, stepId: "10", stepStatus: "waiting" }, 2);
  tell("pack_run.progress", { ...step, stepStatus: "completed", durationMs: 900 }, 3);
  expect(state.steps).toMatchObject([
    {
      stepId: "build",
      stepIndex: 0,
      name: "Build",
      stepStatus: "completed",
      durationMs: 900,
      changedAt: timeAt(3),
      sequence: 30,
    },
    { stepId: "10", stepIndex: 1, stepStatus: "waiting", durationMs: null, sequence: 20 },
  ]);
  expect(state.about).toMatchObject({ stepId: "build", stepStatus: "completed", totalSteps: 2 });
});

test("at most a thousand steps are kept", () => {
  const { state, tell } = scopeUnderTest("pack-runs/p");
  for (let i = 0; i < 1002; i++) tell("pack_run.progress", { stepIndex: i, stepId: `s-${i}` });
  expect(state.steps).toHaveLength(1000);
  tell("pack_run.progress", { stepId: "s-999", stepStatus: "failed" });
  expect(state.steps[999]).toMatchObject({ stepStatus: "failed" });
});

describe("timings", () => {
  test("tell what a run did with its time", () => {
    const { state, tell } = scopeUnderTest("runs/r");
    tell("run.created", {}, 0);
    tell("run.started", {}, 3);
    tell("run.paused", { reason: "maintenance" }, 10);
    expect(state.reason).toBe("maintenance");
    expect(state.timings).toMatchObject({ phase: "paused", since: timeAt(10), totalMs: 10_000 });
    tell("run.resumed", { reason: "done" }, 30);
    expect(state.reason).toBeNull();
    tell("run.completed", { durationMs: 1 }, 34);
    expect(state.timings).toEqual({
      queuedMs: 3000,
      runningMs: 11_000,
      pausedMs: 20_000,
      totalMs: 34_000,
      phase: null,
      since: null,
    });
  });

  test("count the wait after a failed attempt as queued", () => {
    const { state, tell } = scopeUnderTest();
    tell("job.queued", {}, 0);
    tell("job.leased", {}, 2);
    tell("job.started", { attempt: 1 }, 5);
    tell("job.attempt_failed", { attempt: 1 }, 6);
    tell("job.started", { attempt: 2 }, 16);
    tell("job.completed", { attempt: 2 }, 20);
    expect(state.timings).toMatchObject({ queuedMs: 15_000, runningMs: 5000, totalMs: 20_000 });
    expect(state).toMatchObject({ queuedAt: timeAt(0), startedAt: timeAt(5) });
  });

  test("take nothing away when the producer's clock is set back", () => {
    const { state, tell } = scopeUnderTest();
    tell("job.created", {}, 100);
    tell("job.started", { attempt: 1 }, 50);
    tell("job.completed", { attempt: 1 }, 52);
    expect(state.timings).toMatchObject({ queuedMs: 0, runningMs: 2000, totalMs: 0 });
    expect(state).toMatchObject({ firstAt: timeAt(50), lastAt: timeAt(100) });
  });
});

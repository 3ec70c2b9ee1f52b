import { describe, expect, test } from "vitest";
import { boom, scopeUnderTest, timeAt } from "./events.js";

const other = { code: "oom", message: "It ran out of memory.", retryable: false };

test("a retry after a failed attempt is another attempt", () => {
  const { state, tell } = scopeUnderTest();
  tell("job.started", { attempt: 1 }, 0);
  tell("job.attempt_failed", { attempt: 1, error: boom, exitCode: 2 }, 4);
  tell("retry.scheduled", { attempt: 1, error: boom, delayMs: 500, maxAttempts: 3 }, 4);
  expect(state.retry).toEqual({
    attempt: 1,
    maxAttempts: 3,
    delayMs: 500,
    nextAttemptAt: null,
    scheduledAt: timeAt(4),
    error: boom,
    sequence: 30,
  });
  tell("job.started", { attempt: 2 }, 5);
  expect(state.retry).toBeNull();
  tell("job.completed", { attempt: 2, durationMs: 2000, exitCode: 0 }, 7);
  expect(state).toMatchObject({ status: "completed", attempt: 2, attemptCount: 2, exitCode: 0 });
  expect(state.attempts).toEqual([
    {
      number: 1,
      status: "failed",
      startedAt: timeAt(0),
      endedAt: timeAt(4),
      durationMs: 4000,
      exitCode: 2,
      error: boom,
      sequence: 10,
    },
    {
      number: 2,
      status: "completed",
      startedAt: timeAt(5),
      endedAt: timeAt(7),
      durationMs: 2000,
      exitCode: 0,
      error: null,
      sequence: 40,
    },
  ]);
  expect(state.errors).toMatchObject([{ kind: "attempt", attempt: 1, code: boom.code }]);
});

test("the end of a job that repeats how its last attempt failed is no other error", () => {
  const { state, tell } = scopeUnderTest();
  tell("job.started", { attempt: 1 }, 0);
  tell("job.attempt_failed", { attempt: 1, error: boom }, 4);
  tell("job.failed", { attempt: 1, error: other, durationMs: 9000 }, 9);
  expect(state.attempts).toMatchObject([{ status: "failed", endedAt: timeAt(4), error: boom }]);
  expect(state).toMatchObject({ error: other, durationMs: 9000, counts: { errors: 1 } });
});

test("the end of a job is the end of its attempt", () => {
  const { state, tell } = scopeUnderTest();
  tell("job.started", { attempt: 1 });
  tell("job.timed_out", { attempt: 1, durationMs: 5 }, 2);
  expect(state.attempts).toMatchObject([{ status: "timed_out", durationMs: 2000 }]);
  expect(state.errors).toMatchObject([{ kind: "attempt", attempt: 1, code: null, message: null }]);
});

test("a job that ends before its first attempt has none", () => {
  const { state, tell } = scopeUnderTest();
  tell("job.failed", { attempt: 0, durationMs: 5, error: boom });
  expect(state).toMatchObject({ attempt: 0, attempts: [], attemptCount: 0, counts: { errors: 1 } });
});

test("an attempt that ends without a start was not seen to start", () => {
  const { state, tell } = scopeUnderTest();
  tell("job.completed", { attempt: 3, durationMs: 700 }, 9);
  expect(state.attempts).toMatchObject([
    { number: 3, startedAt: null, endedAt: timeAt(9), durationMs: 700 },
  ]);
});

test("an attempt is abandoned when a later one begins", () => {
  const { state, tell } = scopeUnderTest();
  tell("job.started", { attempt: 1 });
  tell("job.started", { attempt: 2 });
  expect(state.attempts.map(({ status }) => status)).toEqual(["abandoned", "running"]);
});

test("a lower attempt that starts late only gets its start", () => {
  const { state, tell } = scopeUnderTest();
  tell("job.started", { attempt: 3 }, 5);
  tell("job.attempt_failed", { attempt: 1, error: boom }, 6);
  tell("job.started", { attempt: 1 }, 7);
  tell("job.started", { attempt: 2 }, 8);
  expect(state).toMatchObject({ attempt: 3, status: "running", attemptCount: 3 });
  expect(state.attempts).toMatchObject([
    { number: 1, status: "failed", startedAt: timeAt(7) },
    { number: 2, status: "abandoned", startedAt: timeAt(8) },
    { number: 3, status: "running", startedAt: timeAt(5) },
  ]);
});

test("an attempt that is started twice runs since the first time, and anew when it had failed", () => {
  const { state, tell } = scopeUnderTest();
  tell("job.started", { attempt: 1 }, 1);
  tell("job.started", { attempt: 1 }, 2);
  expect(state.attempts).toMatchObject([{ status: "running", startedAt: timeAt(1) }]);
  tell("job.attempt_failed", { attempt: 1, error: boom }, 3);
  tell("job.started", { attempt: 1 }, 4);
  expect(state.attempts).toMatchObject([
    { status: "running", startedAt: timeAt(4), endedAt: null, error: null },
  ]);
});

test("an attempt without a number is the next one when it starts, and the newest when it ends", () => {
  const { state, tell } = scopeUnderTest();
  tell("job.attempt_failed", { error: boom });
  expect(state.attempts).toEqual([]);
  tell("job.started", { attempt: "first" });
  tell("job.attempt_failed", { error: boom });
  tell("job.started");
  tell("job.completed");
  expect(state.attempts.map(({ number, status }) => [number, status])).toEqual([
    [1, "failed"],
    [2, "completed"],
  ]);
});

test("the hundred newest attempts are kept, and all are counted", () => {
  const { state, tell } = scopeUnderTest();
  for (let attempt = 1; attempt <= 250; attempt++) {
    tell("job.started", { attempt });
    tell("job.attempt_failed", { attempt, error: boom });
  }
  tell("job.attempt_failed", { attempt: 3, error: boom });
  expect(state.attempts.map(({ number }) => number)).toEqual(
    Array.from({ length: 100 }, (_, i) => 151 + i),
  );
  expect(state.attemptCount).toBe(250);
  expect(state.errors).toHaveLength(100);
  expect(state.counts.errors).toBe(251);
});

describe("a lease", () => {
  test("is the latest one, with its latest word", () => {
    const { state, tell } = scopeUnderTest();
    tell("job.leased", { leaseId: "a", leaseUntil: timeAt(10), worker: "w-1" });
    tell("lease.renewed", { leaseId: "a", leaseUntil: timeAt(20) });
    tell("lease.renewed", { leaseId: "a", leaseUntil: timeAt(30) });
    expect(state.lease).toEqual({
      leaseId: "a",
      leaseUntil: timeAt(30),
      worker: "w-1",
      renewed: 2,
      expired: false,
      sequence: 30,
    });
    tell("lease.expired", { leaseId: "a", lastHeartbeatAt: timeAt(20) });
    expect(state.lease).toMatchObject({ expired: true, leaseUntil: timeAt(30), renewed: 2 });
    tell("lease.renewed", { leaseId: "a", leaseUntil: timeAt(40) });
    expect(state.lease).toMatchObject({ expired: false, renewed: 3 });
  });

  test("that took another one's place does not run out with it", () => {
    const { state, tell } = scopeUnderTest();
    tell("job.leased", { leaseId: "a" });
    tell("job.leased", { leaseId: "b" });
    tell("lease.expired", { leaseId: "a" });
    expect(state.lease).toMatchObject({ leaseId: "b", expired: false });
  });

  test("that nobody was told to have is known from its renewal, or its expiry", () => {
    const renewed = scopeUnderTest();
    renewed.tell("lease.renewed", { leaseId: "a" });
    expect(renewed.state.lease).toMatchObject({ leaseId: "a", renewed: 1, expired: false });
    const expired = scopeUnderTest();
    expired.tell("lease.expired", { leaseId: "a" });
    expect(expired.state.lease).toMatchObject({ leaseId: "a", expired: true });
  });
});

test("a node's retry is not the scope's", () => {
  const { state, tell } = scopeUnderTest("runs/r");
  tell("retry.scheduled", { attempt: 1, delayMs: 5, maxAttempts: 2, nodeId: "n", error: boom });
  expect(state.retry).toBeNull();
});

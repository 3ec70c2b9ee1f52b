import { expect, test } from "vitest";
import type { JsonObject, JsonValue } from "../../src/envelope/envelope.js";
import { scopeUnderTest, timeAt } from "./events.js";

const entry = (members: JsonObject): JsonObject => ({
  at: timeAt(1),
  level: "info",
  message: "m",
  ...members,
});

test("log entries are counted by level, category, stream and node", () => {
  const { state, tell } = scopeUnderTest();
  tell("log.appended", {
    entries: [
      entry({ at: timeAt(5), stream: "stdout", nodeId: "b" }),
      entry({ at: timeAt(3), stream: "stderr", level: "warning", nodeId: "10" }),
      entry({ at: timeAt(4), level: "critical", category: "business", nodeId: "b" }),
    ],
  });
  tell("log.truncated", { droppedEntries: 12, reason: "too fast" });
  const none = { trace: 0, debug: 0, info: 0, warning: 0, error: 0, critical: 0 };
  expect(state.logs).toEqual({
    entries: 3,
    dropped: 12,
    milestones: 0,
    byLevel: { ...none, info: 1, warning: 1, critical: 1 },
    byCategory: { business: 1, technical: 2 },
    byStream: { stdout: 1, stderr: 1, none: 1 },
    byNode: [
      { nodeId: "b", byLevel: { ...none, info: 1, critical: 1 } },
      { nodeId: "10", byLevel: { ...none, warning: 1 } },
    ],
    firstAt: timeAt(3),
    lastAt: timeAt(5),
  });
  expect(state.nodes.map(({ nodeId, logs }) => ({ nodeId, byLevel: logs }))).toEqual(
    state.logs.byNode,
  );
  expect(state.counts).toMatchObject({
    events: 2,
    logEntries: 3,
    droppedLogEntries: 12,
    warnings: 1,
    errors: 1,
  });
});

test("errors and milestones know their place", () => {
  const { state, tell } = scopeUnderTest();
  const milestone = { isMilestone: true, stepNumber: 2, totalSteps: 4, progressPercentage: 50 };
  tell("log.appended", {
    entries: [
      entry({}),
      entry({ level: "error", message: "broken", nodeId: "n", at: timeAt(7) }),
      entry({ ...milestone, category: "business", userFriendlyMessage: "Half of it" }),
    ],
  });
  expect(state.errors).toEqual([
    {
      kind: "log",
      sequence: 10,
      entry: 1,
      at: timeAt(7),
      level: "error",
      code: null,
      message: "broken",
      nodeId: "n",
      attempt: null,
    },
  ]);
  expect(state.milestones).toEqual([
    {
      sequence: 10,
      entry: 2,
      at: timeAt(1),
      level: "info",
      message: "m",
      userFriendlyMessage: "Half of it",
      nodeId: null,
      stepNumber: 2,
      totalSteps: 4,
      progressPercentage: 50,
    },
  ]);
});

test("the hundred newest errors and the thousand newest milestones are kept", () => {
  const { state, tell } = scopeUnderTest();
  for (let i = 1; i <= 1100; i++) {
    const level = "error";
    tell("log.appended", { entries: [entry({ message: `m-${i}`, level, isMilestone: true })] });
  }
  expect(state.errors.map(({ message }) => message).slice(0, 1)).toEqual(["m-1001"]);
  expect(state.errors).toHaveLength(100);
  expect(state.milestones[0]?.message).toBe("m-101");
  expect(state.milestones).toHaveLength(1000);
  expect(state.counts).toMatchObject({ errors: 1100, milestones: 1100 });
});

test("a long message is kept in brief, cut between two code points", () => {
  const { state, tell } = scopeUnderTest();
  const long = "x".repeat(499) + "😀".repeat(10);
  tell("log.appended", { entries: [entry({ level: "error", message: long })] });
  expect(state.errors[0]?.message).toBe("x".repeat(499));
});

test("times with an offset count, and what is no time does not", () => {
  const { state, tell } = scopeUnderTest();
  const times: JsonValue[] = ["2026-03-01T10:30:00+02:00", "yesterday", 5, "0000"];
  tell("log.appended", { entries: times.map((at) => entry({ at, isMilestone: true })) });
  expect(state.logs).toMatchObject({
    firstAt: "2026-03-01T08:30:00.000Z",
    lastAt: "2026-03-01T08:30:00.000Z",
  });
  expect(state.milestones[1]?.at).toBe(timeAt(0));
});

test("words that are not ours are counted in the total alone, as levels of other loggers are ours", () => {
  const { state, tell } = scopeUnderTest();
  tell("log.appended", {
    entries: [
      entry({ level: "WARN" }),
      entry({ level: "shout", category: "private", stream: "stdin", nodeId: "n" }),
      entry({ level: { odd: true } }),
      "a line",
      null,
      [entry({})],
    ],
  });
  tell("log.appended", { entries: "a line" });
  tell("log.truncated", { droppedEntries: "some" });
  expect(state.logs).toMatchObject({
    entries: 3,
    dropped: 0,
    byLevel: { info: 0, warning: 1 },
    byCategory: { business: 0, technical: 2 },
    byStream: { none: 3 },
    byNode: [],
  });
});

test("a thousand nodes are counted one by one", () => {
  const { state, tell } = scopeUnderTest();
  for (let i = 0; i < 1001; i++) {
    tell("log.appended", { entries: [entry({ nodeId: `n-${i}` })] });
  }
  expect(state.logs.byNode).toHaveLength(1000);
  expect(state.logs).toMatchObject({ entries: 1001, byLevel: { info: 1001 } });
  expect(state.nodes).toHaveLength(1001);
});

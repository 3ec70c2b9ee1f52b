import { describe, expect, test } from "vitest";
import { boom, scopeUnderTest, timeAt } from "./events.js";

describe("a node", () => {
  test("is what its events say", () => {
    const { state, tell } = scopeUnderTest("runs/r");
    tell("node.queued", { nodeId: "n", nodeName: "Fetch", nodeType: "http", stepNumber: 2 }, 1);
    tell("node.started", { nodeId: "n", nodeName: "Fetch", parentNodeId: "loop", attempt: 1 }, 2);
    tell("node.input", { nodeId: "n", digest: "sha256:1", sizeBytes: 7, inline: {} }, 2);
    tell("node.output", { nodeId: "n", digest: "sha256:2", sizeBytes: 9, uri: "a:b" }, 5);
    tell("node.completed", { nodeId: "n", durationMs: 2900 }, 5);
    expect(state.nodes).toEqual([
      {
        nodeId: "n",
        name: "Fetch",
        type: "http",
        status: "completed",
        stepNumber: 2,
        parentNodeId: "loop",
        attempt: 1,
        starts: 1,
        startedAt: timeAt(2),
        endedAt: timeAt(5),
        durationMs: 2900,
        error: null,
        reason: null,
        input: { digest: "sha256:1", sizeBytes: 7, sequence: 30 },
        output: { digest: "sha256:2", sizeBytes: 9, sequence: 40 },
        logs: null,
        sequence: 10,
      },
    ]);
  });

  test("that fails and starts again runs, and the failure stays among the errors", () => {
    const { state, tell } = scopeUnderTest("runs/r");
    tell("node.started", { nodeId: "n" }, 1);
    tell("node.failed", { nodeId: "n", error: boom, attempt: 1 }, 3);
    expect(state.nodes).toMatchObject([{ status: "failed", error: boom, durationMs: 2000 }]);
    tell("node.started", { nodeId: "n", attempt: 2 }, 4);
    expect(state.nodes).toMatchObject([
      {
        status: "running",
        starts: 2,
        attempt: 2,
        startedAt: timeAt(4),
        endedAt: null,
        error: null,
      },
    ]);
    expect(state.errors).toEqual([
      {
        kind: "node",
        sequence: 20,
        entry: null,
        at: timeAt(3),
        level: null,
        code: boom.code,
        message: boom.message,
        nodeId: "n",
        attempt: 1,
      },
    ]);
  });

  test("that ends without a start was not seen to start", () => {
    const { state, tell } = scopeUnderTest("runs/r");
    tell("node.completed", { nodeId: "n", durationMs: 5 });
    expect(state.nodes).toMatchObject([{ status: "completed", starts: 0, startedAt: null }]);
  });

  test("that was skipped says why", () => {
    const { state, tell } = scopeUnderTest("runs/r");
    tell("node.skipped", { nodeId: "n", reason: "not needed" });
    expect(state.nodes).toMatchObject([{ status: "skipped", reason: "not needed" }]);
  });

  test("that only its log entries name has no status", () => {
    const { state, tell } = scopeUnderTest("runs/r");
    tell("log.appended", { entries: [{ level: "warning", message: "m", nodeId: "n" }] });
    expect(state.nodes).toMatchObject([{ nodeId: "n", status: null, logs: { warning: 1 } }]);
  });

  test("has no place where there are ten thousand, nor without an id", () => {
    const { state, tell } = scopeUnderTest("runs/r");
    for (let i = 0; i < 10_002; i++) tell("node.started", { nodeId: `n-${i}` });
    tell("node.started", { nodeId: 7 });
    tell("node.started", { nodeId: "" });
    tell("node.completed", { nodeId: "n-9999" });
    expect(state.nodes).toHaveLength(10_000);
    expect(state.nodes[9999]).toMatchObject({ nodeId: "n-9999", status: "completed" });
    expect(state.unlistedNodeEvents).toBe(4);
  });
});

describe("an approval", () => {
  const asked = { approvalId: "a", gate: "production" };

  test("is asked for and decided", () => {
    const { state, tell } = scopeUnderTest();
    tell("approval.requested", { ...asked, requestedBy: "ci", expiresAt: timeAt(60) }, 1);
    expect(state.approvals).toMatchObject([{ status: "requested", decidedAt: null }]);
    tell("approval.granted", { ...asked, decidedBy: "ana", reason: "fine" }, 9);
    expect(state.approvals).toEqual([
      {
        approvalId: "a",
        gate: "production",
        status: "granted",
        requestedAt: timeAt(1),
        requestedBy: "ci",
        expiresAt: timeAt(60),
        decidedAt: timeAt(9),
        decidedBy: "ana",
        reason: "fine",
        nodeId: null,
        stepId: null,
        sequence: 10,
        decidedSequence: 20,
      },
    ]);
  });

  test("is decided once", () => {
    const { state, tell } = scopeUnderTest();
    tell("approval.denied", { ...asked, decidedBy: "ana" }, 1);
    tell("approval.granted", { ...asked, decidedBy: "ben" }, 2);
    tell("approval.requested", { ...asked, requestedBy: "ci" }, 3);
    expect(state.approvals).toMatchObject([
      { status: "denied", decidedBy: "ana", requestedBy: "ci", requestedAt: timeAt(3) },
    ]);
    expect(state.counts.approvals).toBe(1);
  });

  test("that is decided makes room for new ones, before one that is waited for", () => {
    const { state, tell } = scopeUnderTest();
    tell("approval.requested", { ...asked, approvalId: "waiting" });
    for (let i = 0; i < 1200; i++) {
      tell("approval.expired", { ...asked, approvalId: `a-${i}` });
    }
    expect(state.approvals).toHaveLength(1000);
    expect(state.approvals.map(({ approvalId }) => approvalId).slice(0, 2)).toEqual([
      "waiting",
      "a-201",
    ]);
    expect(state.counts.approvals).toBe(1201);
    tell("approval.granted", { ...asked, approvalId: "waiting" });
    expect(state.approvals[0]).toMatchObject({ approvalId: "waiting", status: "granted" });
  });

  test("goes, the oldest first, where none is decided", () => {
    const { state, tell } = scopeUnderTest();
    for (let i = 0; i < 1001; i++) tell("approval.requested", { approvalId: `a-${i}` });
    expect(state.approvals).toHaveLength(1000);
    expect(state.approvals[0]?.approvalId).toBe("a-1");
  });
});

test("the thousand newest artifacts are kept, with their place in the log", () => {
  const { state, tell } = scopeUnderTest();
  for (let i = 1; i <= 1003; i++) {
    tell("artifact.created", {
      uri: "s3://b/x",
      digest: "sha256:1",
      mediaType: "text/html",
      sizeBytes: i,
      name: `x-${i}`,
      stepId: "build",
    });
  }
  expect(state.artifacts).toHaveLength(1000);
  expect(state.artifacts[0]).toEqual({
    sequence: 40,
    at: timeAt(0),
    name: "x-4",
    uri: "s3://b/x",
    digest: "sha256:1",
    mediaType: "text/html",
    sizeBytes: 4,
    nodeId: null,
    stepId: "build",
  });
  expect(state.counts.artifacts).toBe(1003);
});

test("events are counted by type, also those that nobody knows", () => {
  const { state, tell } = scopeUnderTest();
  tell("job.started", { attempt: 1 });
  tell("deploy.step", { error: boom, nodeId: "n" });
  tell("deploy.step");
  expect(state.counts).toMatchObject({
    events: 3,
    byType: { "job.started": 1, "deploy.step": 2 },
    otherTypes: 0,
    errors: 0,
  });
  expect(state.nodes).toEqual([]);
});

test("at most two hundred types are counted by name", () => {
  const { state, tell } = scopeUnderTest();
  for (let i = 0; i < 250; i++) tell(`deploy.t${i}`);
  tell("deploy.t0");
  expect(Object.keys(state.counts.byType)).toHaveLength(200);
  expect(state.counts).toMatchObject({ events: 251, byType: { "deploy.t0": 2 }, otherTypes: 50 });
});

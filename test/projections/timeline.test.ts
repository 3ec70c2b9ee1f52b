import { describe, expect, test } from "vitest";
import type { JsonObject } from "../../src/envelope/envelope.js";
import {
  applyToTimeline,
  foldEvents,
  initialTimeline,
  timelineState,
} from "../../src/projections/timeline.js";
import { rollUp } from "../../src/projections/timeline-state.js";
import { boom, eventOf, scopeUnderTest, timeAt } from "./events.js";

/** The events in the order of the log, each with its place in its scope's chain. */
function logOf(...told: [scope: string, type: string, payload?: JsonObject, at?: number][]) {
  const indices = new Map<string, number>();
  return told.map(([scope, type, payload = {}, at = 0], i) => {
    const index = (indices.get(scope) ?? 0) + 1;
    indices.set(scope, index);
    return { sequence: i + 1, event: eventOf({ type, payload, at, scope, index }) };
  });
}

const job = (id: string) => `runs/r/jobs/${id}`;
const packJob = (id: string) => `runs/r/pack-runs/p/jobs/${id}`;

describe("the progress of a timeline", () => {
  test.each<[string, number | null, Parameters<typeof logOf>]>([
    ["is not known where nobody has told", null, [["runs/r", "run.started"]]],
    ["is 0 where no scope below has told", 0, [[job("a"), "deploy.step"]]],
    [
      "is what the scope says",
      30,
      [
        ["runs/r", "run.progress", { percentage: 30 }],
        [job("a"), "job.completed"],
      ],
    ],
    [
      "else the mean over the scopes right below it, one that has told nothing as 0",
      50,
      [
        [job("a"), "job.progress", { percentage: 50 }],
        [job("b"), "job.failed", { attempt: 1, error: boom }],
        [job("c"), "job.created"],
      ],
    ],
    [
      "where a pack-run is as far as its jobs",
      75,
      [
        ["runs/r/pack-runs/p", "pack_run.started"],
        [packJob("a"), "job.completed"],
        [packJob("b"), "job.created"],
        [job("c"), "job.completed"],
      ],
    ],
    [
      "and a pack-run that nobody has told of hands its jobs up",
      50,
      [
        [packJob("a"), "job.completed"],
        [packJob("b"), "job.created"],
      ],
    ],
    [
      "is 100 when the scope has ended",
      100,
      [
        [job("a"), "job.created"],
        ["runs/r", "run.progress", { percentage: 30 }],
        ["runs/r", "run.failed", { error: boom }],
      ],
    ],
  ])("%s", (_, progress, told) => {
    const state = foldEvents("runs/r", logOf(...told));
    expect(state.progress === null ? null : Math.round(state.progress)).toBe(progress);
  });
});

test("a timeline sums up what is in it", () => {
  const entries = [{ at: timeAt(3), level: "error", message: "m", nodeId: "n", isMilestone: true }];
  const state = foldEvents(
    "runs/r",
    logOf(
      ["runs/r", "run.started", { workflowId: "w" }, 1],
      [packJob("a"), "job.started", { jobType: "shell", attempt: 1, name: "Build" }, 2],
      [packJob("a"), "log.appended", { entries }, 3],
      [job("b"), "job.created", { jobType: "shell" }, 4],
      [packJob("a"), "job.failed", { attempt: 1, durationMs: 3, error: boom }, 5],
      ["runs/r", "log.appended", { entries: [{ ...entries[0], at: timeAt(9) }] }, 6],
      ["runs/other", "run.started", { workflowId: "w" }, 7],
      ["runs/r2/jobs/x", "job.created", {}, 8],
    ),
  );
  expect(state).toMatchObject({
    scope: "runs/r",
    status: "running",
    events: 2,
    counts: { events: 2, errors: 1 },
    childCount: 2,
    childrenByStatus: { created: 1, failed: 1, running: 0, unknown: 0 },
    total: {
      counts: { events: 6, byType: { "log.appended": 2 }, errors: 3, logEntries: 2, milestones: 2 },
      logs: { entries: 2, byNode: [{ nodeId: "n", byLevel: { error: 2 } }], lastAt: timeAt(9) },
      firstSequence: 1,
      lastSequence: 6,
      firstAt: timeAt(1),
      lastAt: timeAt(6),
    },
  });
  expect(state.total.errors.map(({ scope, sequence, kind }) => [scope, sequence, kind])).toEqual([
    [packJob("a"), 3, "log"],
    [packJob("a"), 5, "attempt"],
    ["runs/r", 6, "log"],
  ]);
  expect(state.total.milestones.map(({ sequence }) => sequence)).toEqual([3, 6]);
  expect(Object.keys(state.children)).toEqual([packJob("a"), job("b")]);
  expect(state.children[packJob("a")]).toEqual({
    kind: "jobs",
    name: "Build",
    status: "failed",
    percentage: null,
    progress: 100,
    attempt: 1,
    createdAt: timeAt(2),
    startedAt: timeAt(2),
    endedAt: timeAt(5),
    durationMs: 3,
    error: boom,
    firstSequence: 2,
    lastSequence: 5,
    counts: {
      events: 3,
      late: 0,
      logEntries: 1,
      droppedLogEntries: 0,
      errors: 2,
      warnings: 0,
      milestones: 1,
      artifacts: 0,
      approvals: 0,
    },
  });
});

test("the thousand scopes that appeared first are listed, and all are counted", () => {
  const log = logOf(
    ...Array.from({ length: 1200 }, (_, i): [string, string] => [job(`${i}`), "job.created"]),
  );
  const state = foldEvents("runs/r", log);
  expect(Object.keys(state.children)).toHaveLength(1000);
  expect(Object.keys(state.children).at(-1)).toBe(job("999"));
  expect(state).toMatchObject({ childCount: 1200, childrenByStatus: { created: 1200 } });
  expect(state.total.counts.events).toBe(1200);
});

test("of many errors and milestones in many scopes, the newest are kept in their order", () => {
  const states = Array.from({ length: 40 }, (_, i) => {
    const { state, tell, leaveOut } = scopeUnderTest(job(`${i}`));
    leaveOut((i * 7) % 40);
    for (let n = 0; n < 60; n++) {
      const entry = { level: "error", message: `${i} ${n}`, isMilestone: true };
      tell("log.appended", { entries: [entry, entry] });
      leaveOut(39);
    }
    return state;
  });
  const { total } = rollUp(scopeUnderTest("runs/r").state, states);
  for (const [found, keep, max] of [
    [total.errors, 100, 100],
    [total.milestones, 1000, 1000],
  ] as const) {
    expect(found).toHaveLength(keep);
    const all = states
      .flatMap(({ milestones }) => milestones)
      .sort((one, other) => one.sequence - other.sequence || one.entry - other.entry)
      .slice(-max);
    expect(found.map(({ sequence, entry }) => [sequence, entry])).toEqual(
      all.map(({ sequence, entry }) => [sequence, entry]),
    );
  }
});

test("what a timeline added up to stays as it is when more comes", () => {
  const timeline = initialTimeline("runs/r");
  const log = logOf(
    ["runs/r", "node.started", { nodeId: "n" }],
    ["runs/r", "approval.requested", { approvalId: "a" }],
    [job("a"), "job.started", { attempt: 1 }],
    ["runs/r", "node.completed", { nodeId: "n" }],
    ["runs/r", "approval.granted", { approvalId: "a" }],
    [job("a"), "job.completed", { attempt: 1 }],
    ["runs/r", "run.completed"],
  );
  const texts: string[] = [];
  const states = log.map(({ event, sequence }) => {
    applyToTimeline(timeline, event, sequence);
    const state = timelineState(timeline);
    texts.push(JSON.stringify(state));
    return state;
  });
  expect(states.map((state) => JSON.stringify(state))).toEqual(texts);
});

import { expect, test } from "vitest";
import type { ScopeState } from "../../src/projections/scope-state.js";
import { foldEvents } from "../../src/projections/timeline.js";
import { boom, eventOf, scopeUnderTest, timeAt } from "./events.js";

const NAMES = ["__proto__", "constructor", "toString", "hasOwnProperty", "10", "2", "b", "length"];
/** So many that a list has an index. */
const OTHERS = Array.from({ length: 20 }, (_, i) => `other-${i}`);

/** Everything a producer can name, by a name. */
function tellOf(tell: ReturnType<typeof scopeUnderTest>["tell"], name: string) {
  tell("node.started", { nodeId: name, nodeName: name });
  tell("approval.requested", { approvalId: name, gate: name });
  tell("pack_run.progress", { stepId: name, stepStatus: name, stepIndex: 0 });
  tell("artifact.created", { name });
  tell("log.appended", { entries: [{ at: timeAt(0), level: name, message: name, nodeId: name }] });
  tell("log.appended", {
    entries: [{ level: "error", category: name, stream: name, message: name, nodeId: name }],
  });
  tell("lease.renewed", { leaseId: name });
  tell(name, { nodeId: name, error: boom });
}

test("names that objects have anyway are names like others, also when read back", () => {
  const { state, tell } = scopeUnderTest("pack-runs/p");
  for (const name of [...NAMES, ...OTHERS]) tellOf(tell, name);
  const again = scopeUnderTest("pack-runs/p", JSON.parse(JSON.stringify(state)) as ScopeState);
  for (const name of NAMES) {
    tellOf(tell, name);
    tellOf(again.tell, name);
  }
  expect(JSON.stringify(again.state)).toBe(JSON.stringify(state));

  const names = [...NAMES, ...OTHERS];
  expect(state.nodes.map(({ nodeId }) => nodeId)).toEqual(names);
  expect(state.approvals.map(({ approvalId }) => approvalId)).toEqual(names);
  expect(state.steps.map(({ stepId }) => stepId)).toEqual(names);
  expect(state.logs.byNode.map(({ nodeId }) => nodeId)).toEqual(names);
  for (const { nodeId, starts, logs } of state.nodes) {
    const times = NAMES.includes(nodeId) ? 2 : 1;
    expect({ starts, errors: logs?.error }, nodeId).toEqual({ starts: times, errors: times });
  }
  const byType = new Map(Object.entries(state.counts.byType));
  for (const name of NAMES) expect(byType.get(name), name).toBe(2);
  expect(Object.getPrototypeOf(state.counts.byType)).toBe(Object.prototype);
  expect(({} as Record<string, unknown>)["starts"]).toBeUndefined();
});

test("types with such names are summed up like others", () => {
  const log = NAMES.flatMap((type, i) => [
    { sequence: 2 * i + 1, event: eventOf({ type, scope: "runs/r", index: i + 1 }) },
    { sequence: 2 * i + 2, event: eventOf({ type, scope: "runs/r/jobs/j", index: i + 1 }) },
  ]);
  const { total, counts } = foldEvents("runs/r", log);
  expect(Object.keys(total.counts.byType)).toEqual(Object.keys(counts.byType));
  expect(new Map(Object.entries(total.counts.byType)).get("__proto__")).toBe(2);
});

test("a scope may have such an id", () => {
  const scopes = ["runs/r/jobs/__proto__", "runs/r/pack-runs/constructor/jobs/toString"];
  const log = scopes.map((scope, i) => ({
    sequence: i + 1,
    event: eventOf({ type: "job.started", scope, index: 1 }),
  }));
  expect(Object.keys(foldEvents("runs/r", log).children)).toEqual(scopes);
  const own = {
    sequence: 1,
    event: eventOf({ type: "run.started", scope: "runs/__proto__", index: 1 }),
  };
  expect(foldEvents("runs/__proto__", [own])).toMatchObject({ status: "running", events: 1 });
});

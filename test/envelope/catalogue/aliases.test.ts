import { describe, expect, test } from "vitest";
import { canonicalPayload, canonicalType } from "../../../src/envelope/catalogue/aliases.js";
import { KEY_ALIASES, TYPE_ALIASES } from "../../../src/envelope/catalogue/alias-table.js";
import { isCatalogueType } from "../../../src/envelope/catalogue/catalogue.js";
import { schemas } from "../../../src/envelope/catalogue/schemas.generated.js";
import { defaultCatalogue } from "../../../src/envelope/catalogue/validate.js";

test.each([
  ["execution.started", "run.started"],
  ["execution.timed_out", "run.timed_out"],
  ["execution.cancelled", "run.canceled"],
  ["workflow_started", "run.started"],
  ["workflow_completed", "run.completed"],
  ["workflow_progress", "run.progress"],
  ["step_started", "node.started"],
  ["step_completed", "node.completed"],
  ["step_error", "node.failed"],
  ["step_input", "node.input"],
  ["step_output", "node.output"],
  ["job.cancelled", "job.canceled"],
])("%s is stored as %s", (alias, type) => {
  expect(canonicalType(alias)).toBe(type);
});

test.each(["run.started", "deploy.started", "executions.started", "constructor", "__proto__", ""])(
  "%j has no other name",
  (type) => {
    expect(canonicalType(type)).toBe(type);
  },
);

test("an execution event that runs do not have is refused under the run's family", () => {
  const { type, payload } = defaultCatalogue.normalize({ type: "execution.finished", payload: {} });
  expect(type).toBe("run.finished");
  expect(defaultCatalogue.validatePayload(type, payload)).toMatchObject({
    problems: [{ code: "unknown-type" }],
  });
});

describe("a member under another name", () => {
  test.each<[string, object, object]>([
    ["run.completed", { duration_ms: 5 }, { durationMs: 5 }],
    ["run.started", { workflow_id: "w", total_steps: 3 }, { workflowId: "w", totalSteps: 3 }],
    ["node.started", { node_key: "n", step_name: "N" }, { nodeId: "n", nodeName: "N" }],
    ["node.started", { stepId: "n", stepName: "N" }, { nodeId: "n", nodeName: "N" }],
    ["job.progress", { percent_complete: 5 }, { percentage: 5 }],
    ["artifact.created", { mime_type: "text/html" }, { mediaType: "text/html" }],
    ["pack_run.progress", { status: "running" }, { stepStatus: "running" }],
  ])("of %s is stored under its own: %j → %j", (type, payload, expected) => {
    expect(canonicalPayload(type, payload as never)).toEqual(expected);
  });

  test("stays where its own name is taken, so that nothing is lost", () => {
    const payload = { durationMs: 5, duration_ms: 6, elapsedMs: 7 };
    expect(canonicalPayload("run.completed", payload)).toBe(payload);
  });

  test("is the best guess where there are several, whatever their order", () => {
    const expected = { nodeId: "key", step_id: "step", task_id: "task" };
    const members = Object.entries({ task_id: "task", step_id: "step", node_key: "key" });
    for (const order of [members, members.toReversed()]) {
      expect(canonicalPayload("node.started", Object.fromEntries(order))).toEqual(expected);
    }
  });

  test("stays where the type does not declare it", () => {
    const payload = { node_key: "n" };
    expect(canonicalPayload("run.created", payload)).toBe(payload);
    expect(canonicalPayload("deploy.started", payload)).toBe(payload);
  });

  test("stays where the type declares it for itself", () => {
    const payload = { stepIndex: 0, stepId: "lint", stepStatus: "running", totalSteps: 1 };
    expect(canonicalPayload("pack_run.progress", payload)).toBe(payload);
  });

  test("stays where it is optional and of another type: a fact of the producer's own", () => {
    const payload = { workflowId: "w", input_digest: 17 };
    expect(canonicalPayload("run.created", payload)).toBe(payload);
  });

  test("moves where it is required, so that its type is what is complained about", () => {
    expect(canonicalPayload("run.completed", { duration_ms: "5" })).toEqual({ durationMs: "5" });
  });

  test("moves beside a member named __proto__, which stays a member", () => {
    const payload = JSON.parse(`{"__proto__": {"a": 1}, "duration_ms": 5}`) as never;
    const canonical = canonicalPayload("run.completed", payload);
    expect(JSON.stringify(canonical)).toBe(`{"__proto__":{"a":1},"durationMs":5}`);
    expect(Object.getPrototypeOf(canonical)).toBe(Object.prototype);
  });
});

describe("an error that is only a text", () => {
  test.each([
    [{ nodeId: "n", error: "boom" }],
    [{ node_key: "n", error_message: "boom" }],
    [{ node_key: "n", errorMessage: "boom" }],
  ])("becomes an error object under an alias type: %j", (payload) => {
    const draft = defaultCatalogue.normalize({ type: "step_error", payload });
    expect(draft).toEqual({
      type: "node.failed",
      payload: { nodeId: "n", error: { code: "unspecified", message: "boom", retryable: false } },
    });
    expect(defaultCatalogue.validatePayload(draft.type, draft.payload)).toEqual({ ok: true });
  });

  test("is refused under our own type", () => {
    const payload = { nodeId: "n", error: "boom" };
    expect(canonicalPayload("node.failed", payload)).toBe(payload);
  });

  test("stays where the type declares no error, and beside a real error", () => {
    const progress = { error: "boom" };
    expect(canonicalPayload("workflow_progress", progress)).toBe(progress);
    const both = { error: { code: "c", message: "m", retryable: true }, errorMessage: "boom" };
    expect(canonicalPayload("step_error", both)).toBe(both);
  });
});

test("a draft keeps what else it holds", () => {
  const draft = { id: "draft-0001", type: "workflow_started", payload: { workflow_id: "w" } };
  expect(defaultCatalogue.normalize(draft)).toEqual({
    id: "draft-0001",
    type: "run.started",
    payload: { workflowId: "w" },
  });
});

test("the table only leads to types and members that exist", () => {
  for (const [alias, type] of TYPE_ALIASES) {
    expect(isCatalogueType(type), type).toBe(true);
    expect(isCatalogueType(alias), alias).toBe(false);
  }
  const declared = new Set<string>();
  for (const [file, { properties = {} }] of Object.entries(schemas)) {
    const family = file.replace("payloads/", "").split(".")[0] ?? "";
    for (const key of Object.keys(properties)) declared.add(key).add(`${family}.${key}`);
  }
  for (const key of KEY_ALIASES.keys()) expect(declared, key).toContain(key);
});

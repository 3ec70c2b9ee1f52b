import { describe, expect, test } from "vitest";
import { createCatalogue } from "../../../src/envelope/catalogue/validate.js";

const deployed = {
  type: "object",
  required: ["service"],
  properties: { service: { type: "string" }, replicas: { type: "integer", minimum: 1 } },
  additionalProperties: false,
};

describe("a type with a schema of the operator", () => {
  const catalogue = createCatalogue({ schemas: { "deploy.finished": deployed } });

  test("takes what the schema allows", () => {
    const verdict = catalogue.validatePayload("deploy.finished", { service: "web", replicas: 2 });
    expect(verdict).toEqual({ ok: true });
  });

  test.each([
    [{}, "/service"],
    [{ service: 1 }, "/service"],
    [{ service: "web", replicas: 0 }, "/replicas"],
    [{ service: "web", "a/b": 0 }, "/a~1b"],
    [null, ""],
  ])("refuses %j at %j", (payload, pointer) => {
    expect(catalogue.validatePayload("deploy.finished", payload)).toMatchObject({
      ok: false,
      problems: [{ code: "invalid-payload", pointer }],
    });
  });

  test("leaves the other types as they are", () => {
    expect(catalogue.validatePayload("deploy.begun", { free: true })).toEqual({ ok: true });
    expect(catalogue.validatePayload("job.progress", { percentage: 1 })).toEqual({ ok: true });
    expect(catalogue.validatePayload("job.nothing", {}).ok).toBe(false);
  });
});

test("schemas may refer to each other and to the shared ones", () => {
  const catalogue = createCatalogue({
    schemas: {
      "deploy.failed": {
        type: "object",
        required: ["error", "target"],
        properties: {
          error: { $ref: "https://runtrail.example/schemas/common/error.json" },
          target: { $ref: "https://ops.example/target" },
        },
      },
      "deploy.targeted": { $id: "https://ops.example/target", type: "object", required: ["zone"] },
    },
  });
  const error = { code: "x", message: "y", retryable: false };
  const verdict = (payload: unknown): unknown =>
    catalogue.validatePayload("deploy.failed", payload);
  expect(verdict({ error, target: { zone: "a" } })).toEqual({ ok: true });
  expect(verdict({ error, target: {} })).toMatchObject({ problems: [{ pointer: "/target/zone" }] });
  expect(verdict({ error: {}, target: {} })).toMatchObject({
    problems: [{ pointer: "/error/code" }],
  });
});

test("a member of Object.prototype does not stand in for a required one", () => {
  const schemas = { "odd.thing": { type: "object", required: ["constructor"] } };
  const catalogue = createCatalogue({ schemas });
  expect(catalogue.validatePayload("odd.thing", {}).ok).toBe(false);
  expect(catalogue.validatePayload("odd.thing", { constructor: 1 }).ok).toBe(true);
});

test("a schema that allows everything still takes only objects", () => {
  const catalogue = createCatalogue({ schemas: { "any.thing": true } });
  expect(catalogue.validatePayload("any.thing", { a: 1 }).ok).toBe(true);
  expect(catalogue.validatePayload("any.thing", [1])).toMatchObject({
    problems: [{ pointer: "" }],
  });
});

test("a recursive schema does not follow a payload into a stack overflow", () => {
  const tree = { type: "object", properties: { next: { $ref: "#" } } };
  const catalogue = createCatalogue({ schemas: { "tree.grown": tree } });
  const nested = (depth: number): unknown =>
    JSON.parse(`${'{"next":'.repeat(depth)}{}${"}".repeat(depth)}`);
  expect(catalogue.validatePayload("tree.grown", nested(10))).toEqual({ ok: true });
  expect(catalogue.validatePayload("tree.grown", nested(100_000))).toMatchObject({
    ok: false,
    problems: [{ code: "invalid-payload" }],
  });
});

describe("a catalogue is refused, with the type named, when", () => {
  test.each<[string, string, unknown]>([
    [
      "a schema has a keyword that does not exist",
      "deploy.finished",
      { type: "object", requierd: ["a"] },
    ],
    ["a schema is malformed", "deploy.finished", { type: "objekt" }],
    ["a schema refers to nothing", "deploy.finished", { $ref: "https://ops.example/none" }],
    ["a schema is asynchronous", "deploy.finished", { $async: true, type: "object" }],
    ["the type is of the catalogue", "run.created", {}],
    ["the type is an alias of one", "workflow_started", {}],
    ["the type is of a reserved family", "run.sprinted", {}],
    ["the type's family is an alias of a reserved one", "execution.sprinted", {}],
    ["the type is malformed", "Deploy", {}],
  ])("%s", (_, type, schema) => {
    expect(() => createCatalogue({ schemas: { [type]: schema as object as never } })).toThrow(type);
  });
});

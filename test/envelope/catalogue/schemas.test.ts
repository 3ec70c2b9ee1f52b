import { readFileSync, readdirSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import formats from "ajv-formats";
import { describe, expect, test } from "vitest";
import {
  CATALOGUE_TYPES,
  EVENT_TYPE_PATTERN,
  RESERVED_FAMILIES,
} from "../../../src/envelope/catalogue/catalogue.js";
import { schemas, type SchemaFile } from "../../../src/envelope/catalogue/schemas.generated.js";
import { defaultCatalogue } from "../../../src/envelope/catalogue/validate.js";

const folder = new URL("../../../schemas/", import.meta.url);
const files = Object.keys(schemas) as SchemaFile[];

// With the meta-schema, and with the formats as everybody else has them.
const ajv = new Ajv2020({ strict: true, strictRequired: false, allowUnionTypes: true });
formats.default(ajv);
for (const file of files) ajv.addSchema(schemas[file]);

describe.each(files)("schemas/%s", (file) => {
  const schema = schemas[file];

  test("is a JSON Schema of draft 2020-12 under its own address", () => {
    expect(schema["$schema"]).toBe("https://json-schema.org/draft/2020-12/schema");
    expect(schema.$id).toBe(`https://runtrail.example/schemas/${file}`);
    expect(ajv.getSchema(schema.$id)).toBeTypeOf("function");
  });

  test("says what it is and describes every member", () => {
    expect(schema.title).not.toBe("");
    expect(schema.description).toMatch(/\.$/);
    for (const [name, property] of Object.entries(schema.properties ?? {})) {
      const { $ref, description } = property as { $ref?: string; description?: string };
      expect(description ?? $ref, name).toBeTypeOf("string");
    }
  });

  test("has examples, and they are valid", () => {
    expect(schema.examples.length).toBeGreaterThan(0);
    for (const example of schema.examples) {
      expect(ajv.validate(schema.$id, example), ajv.errorsText()).toBe(true);
    }
  });
});

const payloads = CATALOGUE_TYPES.map((type) => [type, schemas[`payloads/${type}.json`]] as const);

describe.each(payloads)("the payload of %s", (type, schema) => {
  test("is accepted as in the examples, and with members of the producer's own", () => {
    for (const example of schema.examples as Record<string, unknown>[]) {
      expect(defaultCatalogue.validatePayload(type, example)).toEqual({ ok: true });
      const extended = { ...example, "x-build farm/№": { nested: [1, null] } };
      expect(defaultCatalogue.validatePayload(type, extended)).toEqual({ ok: true });
      expect(defaultCatalogue.normalize({ type, payload: example }).payload).toBe(example);
    }
  });

  test.each(schema["required"] as string[])("is refused without %s, at its place", (member) => {
    const example = Object.entries(schema.examples[0] as object);
    const rest: unknown = Object.fromEntries(example.filter(([key]) => key !== member));
    const verdict = defaultCatalogue.validatePayload(type, rest);
    expect(verdict).toMatchObject({ ok: false, problems: [{ pointer: `/${member}` }] });
    if (!verdict.ok) expect(verdict.problems[0].message).toMatch(`add ${member}: `);
  });

  test("is refused where a declared member has the wrong type, at its place", () => {
    for (const [member, property] of Object.entries(schema.properties ?? {})) {
      const takesAnything = Object.keys(property as object).join() === "description";
      if (takesAnything) continue;
      const payload = { ...(schema.examples[0] as object), [member]: null };
      expect(defaultCatalogue.validatePayload(type, payload)).toMatchObject({
        ok: false,
        problems: [{ code: "invalid-payload", pointer: `/${member}` }],
      });
    }
  });
});

test("the catalogue names every payload schema there is, and no other", () => {
  const onDisk = readdirSync(new URL("payloads/", folder)).sort();
  expect(CATALOGUE_TYPES.map((type) => `${type}.json`).sort()).toEqual(onDisk);
});

test("every type of the catalogue is an event type of a reserved family", () => {
  const { types } = JSON.parse(readFileSync(new URL("catalogue.json", folder), "utf8")) as {
    types: Record<string, { payload: string; family: string }>;
  };
  for (const [type, { payload, family }] of Object.entries(types)) {
    expect(type).toMatch(EVENT_TYPE_PATTERN);
    expect(RESERVED_FAMILIES).toContain(family);
    expect(type.startsWith(`${family}.`)).toBe(true);
    expect(payload).toBe(`payloads/${type}.json`);
  }
});

test.each([
  ["run.created", true],
  ["a.b.c_1", true],
  ["run", false],
  ["Run.created", false],
  ["run..created", false],
  ["run.created\n", false],
  ["1run.created", false],
  [`a.${"b".repeat(62)}`, true],
  [`a.${"b".repeat(63)}`, false],
])("the schema and the pattern of an event type agree on %j", (type, allowed) => {
  expect(EVENT_TYPE_PATTERN.test(type)).toBe(allowed);
  expect(ajv.validate(schemas["common/event-type.json"].$id, type)).toBe(allowed);
});

describe("schemas/envelope.json", () => {
  const valid = schemas["envelope.json"].examples[0] as Record<string, unknown>;
  test.each([
    ["v", 2],
    ["id", "short"],
    ["id", "x".repeat(65)],
    ["origin", "two words"],
    ["tenant", "ACME"],
    ["tenant", ""],
    ["scope", "runs/r-42/"],
    ["scope", "jobs/j/runs/r"],
    ["scope", "runs/r.42"],
    ["index", 0],
    ["index", 1.5],
    ["prev", "sha256:ABC"],
    ["traceparent", `00-${"0".repeat(32)}-00f067aa0ba902b7-01`],
    ["occurredAt", "2026-03-01T09:30:00Z"],
    ["occurredAt", "2026-03-01T09:30:00.000+01:00"],
    ["actor", { subject: "ana", role: "admin" }],
    ["payload", []],
    ["hash", `md5:${"0".repeat(32)}`],
    ["recordedAt", "2026-03-01T09:30:00.000Z"],
  ])("refuses %s = %j", (member, value) => {
    expect(ajv.validate(schemas["envelope.json"].$id, { ...valid, [member]: value })).toBe(false);
  });

  test.each(["jobs/j-7", "pack-runs/p-9", "pack-runs/p-9/jobs/j", "runs/a:b@c=d+e~f-g_1"])(
    "accepts the scope %s",
    (scope) => {
      expect(ajv.validate(schemas["envelope.json"].$id, { ...valid, scope })).toBe(true);
    },
  );
});

describe("schemas/pack.json", () => {
  const pack = (step: object): object => ({ pack: "p", steps: [{ id: "a", ...step }] });
  test.each([
    ["a step that does nothing", {}],
    ["an unknown member", { run: "true", needz: [] }],
    ["an unknown condition", { run: "true", if: "sometimes()" }],
    ["a time-out without a unit", { run: "true", timeout: "30" }],
    ["a negative time-out", { run: "true", timeout: -1 }],
    ["no attempts", { run: "true", retry: { maxAttempts: 0 } }],
    ["an odd variable name", { run: "true", env: { "A B": "c" } }],
    ["a step needed twice", { run: "true", needs: ["b", "b"] }],
  ])("refuses %s", (_, step) => {
    expect(ajv.validate(schemas["pack.json"].$id, pack(step))).toBe(false);
  });

  test.each([
    ["a gate alone", { approval: { gate: "production" } }],
    ["milliseconds", { run: "true", timeout: 1500 }],
    ["a unit", { run: "true", timeout: "1.5h", retry: { maxAttempts: 2, delay: "500ms" } }],
  ])("accepts %s", (_, step) => {
    expect(ajv.validate(schemas["pack.json"].$id, pack(step)), ajv.errorsText()).toBe(true);
  });
});

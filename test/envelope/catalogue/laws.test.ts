import fc from "fast-check";
import { expect, test } from "vitest";
import { KEY_ALIASES, TYPE_ALIASES } from "../../../src/envelope/catalogue/alias-table.js";
import { CATALOGUE_TYPES } from "../../../src/envelope/catalogue/catalogue.js";
import { schemas } from "../../../src/envelope/catalogue/schemas.generated.js";
import { createCatalogue, defaultCatalogue } from "../../../src/envelope/catalogue/validate.js";

const { normalize, validatePayload } = defaultCatalogue;

const declaredKeys = Object.values(schemas).flatMap(({ properties = {} }) =>
  Object.keys(properties),
);
const names = [...declaredKeys, ...KEY_ALIASES.keys(), ...[...KEY_ALIASES.values()].flat()];
const snakeCase = names.map((name) => name.replace(/[A-Z]/g, (c) => `_${c.toLowerCase()}`));
const oddKeys = [
  "__proto__",
  "constructor",
  "hasOwnProperty",
  "toString",
  "",
  "errorMessage",
  "a/~b",
];

const key = fc.constantFrom(...new Set([...names, ...snakeCase, ...oddKeys]));
const type = fc.oneof(
  fc.constantFrom<string>(...CATALOGUE_TYPES, ...TYPE_ALIASES.keys()),
  fc.constantFrom("execution.started", "execution.odd", "deploy.started", "constructor.x", "run.x"),
  fc.string(),
);
const word = fc.constantFrom("WARN", "Fatal", "info", "BUSINESS", "STDERR", "2026-03-01T09:30:00Z");
const long = fc.string({ unit: "binary", minLength: 3000, maxLength: 11_000 });

/** Objects as JSON.parse makes them, an own `__proto__` included, with many members that matter here. */
const { json } = fc.letrec<{ json: unknown; object: unknown }>((tie) => ({
  object: fc
    .uniqueArray(fc.tuple(key, tie("json")), { selector: ([name]) => name, maxLength: 8 })
    .map((members) => Object.fromEntries(members)),
  json: fc.oneof(
    { maxDepth: 4 },
    { weight: 3, arbitrary: fc.oneof(fc.integer(), fc.string(), word, fc.constant(null)) },
    { weight: 1, arbitrary: fc.jsonValue() },
    { weight: 1, arbitrary: fc.array(tie("json"), { maxLength: 4 }) },
    { weight: 2, arbitrary: tie("object") },
  ),
}));
const entries = fc.array(
  fc.record(
    { at: json, level: word, category: word, stream: word, message: fc.oneof(fc.string(), long) },
    { requiredKeys: [] },
  ),
  { maxLength: 3 },
);
const draft = fc.oneof(
  { weight: 3, arbitrary: fc.record({ type, payload: json }) },
  {
    weight: 1,
    arbitrary: entries.map((list) => ({ type: "log.appended", payload: { entries: list } })),
  },
);

test("normalizing twice is normalizing once, and the second time changes nothing", () => {
  fc.assert(
    fc.property(draft, (given) => {
      const once = normalize(given);
      expect(normalize(once)).toBe(once);
    }),
    { numRuns: 2000 },
  );
});

test("normalizing leaves what it was given as it was, and keeps every member's value", () => {
  fc.assert(
    fc.property(type, fc.dictionary(key, fc.integer(), { maxKeys: 8 }), (name, payload) => {
      const before = JSON.stringify(payload);
      const { payload: after } = normalize({ type: name, payload });
      expect(JSON.stringify(payload)).toBe(before);
      expect(Object.values(after).sort()).toEqual(Object.values(payload).sort());
    }),
  );
});

test("the order of members never changes what is stored", () => {
  fc.assert(
    fc.property(type, fc.dictionary(key, fc.integer(), { maxKeys: 8 }), (name, payload) => {
      const reversed = Object.fromEntries(Object.entries(payload).reverse());
      expect(normalize({ type: name, payload: reversed })).toEqual(
        normalize({ type: name, payload }),
      );
    }),
  );
});

test("a valid payload under its canonical type is stored as it is", () => {
  const examples = CATALOGUE_TYPES.flatMap((name) =>
    schemas[`payloads/${name}.json`].examples.map((payload) => ({ type: name, payload })),
  );
  fc.assert(
    fc.property(fc.constantFrom(...examples), (example) => {
      expect(normalize(example)).toBe(example);
      expect(validatePayload(example.type, example.payload)).toEqual({ ok: true });
    }),
  );
});

test("no JSON makes it throw, and every refusal points somewhere and says something", () => {
  const schemaOfOperator = createCatalogue({ schemas: { "deploy.started": { maxProperties: 2 } } });
  fc.assert(
    fc.property(draft, fc.constantFrom(defaultCatalogue, schemaOfOperator), (given, catalogue) => {
      const { type: name, payload } = catalogue.normalize(given);
      const verdict = catalogue.validatePayload(name, payload);
      if (verdict.ok) return;
      expect(verdict.problems[0].pointer).toMatch(/^(?:\/(?:[^~/]|~[01])*)*$/s);
      expect(verdict.problems[0].message).not.toBe("");
    }),
    { numRuns: 2000 },
  );
});

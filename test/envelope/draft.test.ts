import { expect, test } from "vitest";
import { defaultCatalogue } from "../../src/envelope/catalogue/validate.js";
import { parseDraft } from "../../src/envelope/draft.js";

function flaw(value: unknown): string {
  const verdict = parseDraft(value, defaultCatalogue);
  return verdict.ok ? "accepted" : `${verdict.flaw.code} ${verdict.flaw.pointer}`.trim();
}

const draft = { type: "run.started", payload: { workflowId: "w" } };

test.each<[string, unknown, string]>([
  ["null", null, "invalid-event"],
  ["a list", [], "invalid-event"],
  ["a text", "x", "invalid-event"],
  ["no type", { payload: {} }, "invalid-event /type"],
  ["no payload", { type: "a.b" }, "invalid-event /payload"],
  ["a payload that is a list", { type: "a.b", payload: [] }, "invalid-event /payload"],
  ["an unknown member", { ...draft, correlationID: "x" }, "invalid-event /correlationID"],
  [
    "an own __proto__",
    JSON.parse('{"type":"a.b","payload":{},"__proto__":{}}'),
    "invalid-event /__proto__",
  ],
  ["an id that is too short", { ...draft, id: "x" }, "invalid-event /id"],
  ["an id with a blank", { ...draft, id: "eight chars" }, "invalid-event /id"],
  [
    "a correlation id with a line break",
    { ...draft, correlationId: "a\r\nb" },
    "invalid-event /correlationId",
  ],
  [
    "a correlation id with a quote",
    { ...draft, correlationId: 'a"b' },
    "invalid-event /correlationId",
  ],
  [
    "a time without a zone",
    { ...draft, occurredAt: "2026-03-01T09:30:00" },
    "invalid-event /occurredAt",
  ],
  [
    "a day that does not exist",
    { ...draft, occurredAt: "2026-02-30T09:30:00Z" },
    "invalid-event /occurredAt",
  ],
  ["a negative expectation", { ...draft, expect: { index: -1 } }, "invalid-event /expect/index"],
  ["a type of one word", { type: "started", payload: {} }, "invalid-event /type"],
  [
    "an unknown type of a reserved family",
    { type: "run.strated", payload: {} },
    "unknown-type /type",
  ],
  [
    "a payload without what its type needs",
    { type: "run.started", payload: {} },
    "invalid-event /payload/workflowId",
  ],
  ["a type of its own", { type: "deploy.started", payload: { any: ["thing"] } }, "accepted"],
  [
    "everything",
    { ...draft, id: "event-0001", correlationId: "c", causationId: "d", source: "s" },
    "accepted",
  ],
])("a draft with %s", (_, value, expected) => {
  expect(flaw(value)).toBe(expected);
});

test("an alias is stored under its canonical name", () => {
  const verdict = parseDraft(
    { type: "workflow_started", payload: { workflow_id: "w" } },
    defaultCatalogue,
  );
  expect(verdict).toMatchObject({
    ok: true,
    draft: { type: "run.started", payload: { workflowId: "w" } },
  });
});

test("a time with an offset is stored in UTC, with milliseconds", () => {
  const verdict = parseDraft(
    { ...draft, occurredAt: "2026-03-01T10:30:00+01:00" },
    defaultCatalogue,
  );
  expect(verdict).toMatchObject({ ok: true, draft: { occurredAt: "2026-03-01T09:30:00.000Z" } });
});

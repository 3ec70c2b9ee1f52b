import { describe, expect, test } from "vitest";
import {
  effectiveLogEntry,
  levelRank,
  LOG_LEVELS,
  MAX_MESSAGE_BYTES,
  parseLogLevel,
} from "../../../src/envelope/catalogue/log-entry.js";
import { defaultCatalogue } from "../../../src/envelope/catalogue/validate.js";

const at = "2026-03-01T09:30:00.000Z";
const utf8 = new TextEncoder();

/** The one entry as it is stored. */
function stored(entry: Record<string, unknown>): Record<string, unknown> {
  const draft = { type: "log.appended", payload: { entries: [entry] } };
  const { type, payload } = defaultCatalogue.normalize(draft);
  expect(defaultCatalogue.validatePayload(type, payload)).toEqual({ ok: true });
  return payload.entries[0] ?? {};
}

test("levels are ordered by how serious they are", () => {
  expect(LOG_LEVELS.map(levelRank)).toEqual([0, 1, 2, 3, 4, 5]);
  expect(levelRank("warning")).toBeGreaterThan(levelRank("info"));
});

test.each([
  ["WARNING", "warning"],
  ["Warning", "warning"],
  ["WARN", "warning"],
  ["warn", "warning"],
  ["Info", "info"],
  ["notice", "info"],
  ["ERR", "error"],
  ["FATAL", "critical"],
  ["Crit", "critical"],
  ["verbose", "debug"],
])("the level %s is stored as %s", (given, level) => {
  expect(stored({ at, level: given, message: "m" })).toEqual({ at, level, message: "m" });
});

test.each(["loud", "", "constructor", "__proto__", "30"])("%j is no level", (word) => {
  expect(parseLogLevel(word)).toBeUndefined();
});

test("category and stream are taken in any case", () => {
  const entry = { at, level: "info", message: "m", category: "BUSINESS", stream: "Stderr" };
  expect(stored(entry)).toEqual({ ...entry, category: "business", stream: "stderr" });
});

test("members under the names of other loggers are stored under ours", () => {
  expect(
    stored({ timestamp: at, severity: "WARN", msg: "m", node_key: "n", is_milestone: true }),
  ).toEqual({ at, level: "warning", message: "m", nodeId: "n", isMilestone: true });
});

test("no default is stored, and readers see all of them", () => {
  const entry = { at, level: "info", message: "m" } as const;
  expect(stored(entry)).toBe(entry);
  expect(effectiveLogEntry(entry)).toEqual({
    ...entry,
    category: "technical",
    displayPriority: 5,
    isMilestone: false,
    truncated: false,
  });
  const special = {
    ...entry,
    category: "business",
    displayPriority: 9,
    isMilestone: true,
  } as const;
  expect(effectiveLogEntry(special)).toEqual({ ...special, truncated: false });
});

describe("a message", () => {
  test.each([
    ["of exactly the limit", "x".repeat(MAX_MESSAGE_BYTES)],
    ["of exactly the limit in wide characters", "€".repeat(3413) + "x"],
    ["with nothing in it", ""],
  ])("%s is kept", (_, message) => {
    const entry = { at, level: "info", message };
    expect(stored(entry)).toBe(entry);
  });

  test.each([
    ["ASCII", "x".repeat(MAX_MESSAGE_BYTES + 1), MAX_MESSAGE_BYTES],
    ["three bytes a character", "€".repeat(3414), 10239],
    ["four bytes a character", "𝄞".repeat(2561), 10240],
    ["a pair of surrogates over the limit", `x${"𝄞".repeat(2560)}`, 10237],
    ["an accent over the limit", `${"x".repeat(MAX_MESSAGE_BYTES - 1)}é`, 10239],
  ])("that is longer is cut between characters and marked: %s", (_, message, bytes) => {
    const entry = stored({ at, level: "info", message });
    const cut = entry["message"] as string;
    expect(entry["truncated"]).toBe(true);
    expect(message.startsWith(cut)).toBe(true);
    expect(cut.isWellFormed()).toBe(true);
    expect(utf8.encode(cut)).toHaveLength(bytes);
    expect(stored(entry)).toBe(entry);
  });
});

test("what is no entry is left for validation to refuse", () => {
  for (const entries of [null, "text", {}, [null], ["line"], [[]]]) {
    const draft = { type: "log.appended", payload: { entries } };
    expect(defaultCatalogue.normalize(draft)).toBe(draft);
    expect(defaultCatalogue.validatePayload(draft.type, draft.payload).ok).toBe(false);
  }
});

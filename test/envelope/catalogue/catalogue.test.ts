import { describe, expect, expectTypeOf, test } from "vitest";
import {
  CATALOGUE_TYPES,
  isCatalogueType,
  isReservedFamily,
  terminates,
  type CatalogueEvent,
  type CatalogueType,
  type PayloadByType,
} from "../../../src/envelope/catalogue/catalogue.js";
import type { EventError, LogEntry } from "../../../src/envelope/catalogue/payloads.generated.js";

const ODD_NAMES = ["constructor", "__proto__", "toString", "hasOwnProperty", "constructor.x", ""];

describe("types that end a scope", () => {
  test.each([
    ["run", "runs"],
    ["pack_run", "pack-runs"],
    ["job", "jobs"],
  ])("%s.completed, failed, canceled and timed_out close %s", (family, kind) => {
    for (const end of ["completed", "failed", "canceled", "timed_out"]) {
      expect(terminates(`${family}.${end}`)).toBe(kind);
    }
  });

  test("are those twelve and no others", () => {
    expect(CATALOGUE_TYPES.filter((type) => terminates(type) !== undefined)).toHaveLength(12);
    expect(terminates("node.completed")).toBeUndefined();
    expect(terminates("deploy.completed")).toBeUndefined();
    for (const name of ODD_NAMES) expect(terminates(name)).toBeUndefined();
  });
});

test("a family is reserved as a whole word", () => {
  for (const type of ["run.created", "run.anything.else", "audit.x", "stream.open", "lease.x"]) {
    expect(isReservedFamily(type), type).toBe(true);
  }
  for (const type of ["runner.created", "deploy.run", "pack.run", ...ODD_NAMES]) {
    expect(isReservedFamily(type), type).toBe(false);
  }
});

test("only the names of the catalogue are its types", () => {
  expect(isCatalogueType("pack_run.timed_out")).toBe(true);
  for (const name of ["run.cancelled", "RUN.CREATED", "deploy.started", ...ODD_NAMES]) {
    expect(isCatalogueType(name), name).toBe(false);
  }
});

test("narrowing on the type of an event types its payload", () => {
  const describeEvent = (event: CatalogueEvent): string => {
    if (event.type === "job.failed") {
      expectTypeOf(event.payload.error).toEqualTypeOf<EventError>();
      expectTypeOf(event.payload.exitCode).toEqualTypeOf<number | undefined>();
      return event.payload.error.message;
    }
    if (event.type === "log.appended") {
      expectTypeOf(event.payload.entries).toEqualTypeOf<LogEntry[]>();
      return event.payload.entries.map((entry) => entry.message).join("\n");
    }
    if (event.type === "job.progress") {
      expectTypeOf(event.payload.percentage).toBeNumber();
      // Not declared, hence of no known type.
      expectTypeOf(event.payload["ownFact"]).toBeUnknown();
      return String(event.payload.percentage);
    }
    return event.type;
  };
  expect(describeEvent({ type: "job.progress", payload: { percentage: 5 } })).toBe("5");
  expectTypeOf<CatalogueEvent["type"]>().toEqualTypeOf<CatalogueType>();
  expectTypeOf<PayloadByType["run.created"]["workflowId"]>().toBeString();
  // @ts-expect-error a required member is missing
  ({ type: "job.leased", payload: { jobType: "shell" } }) satisfies CatalogueEvent;
  // @ts-expect-error not a type of the catalogue
  ({ type: "job.vanished", payload: {} }) satisfies CatalogueEvent;
});

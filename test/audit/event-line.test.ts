import fc from "fast-check";
import { expect, test } from "vitest";
import { formatEventLine } from "../../src/audit/bundle-line.js";
import { EventLineReader } from "../../src/audit/event-line.js";
import { readBundleLine } from "../../src/audit/read-line.js";
import { subjectOf } from "../../src/envelope/scope.js";
import { EMPTY_CHAIN, prepareSeal } from "../../src/envelope/seal.js";
import { unsealed } from "../envelope/arbitraries.js";
import { log, RUN, whole } from "./attacks/cases.js";

const hash = fc
  .uint8Array({ minLength: 32, maxLength: 32 })
  .map((bytes) => Buffer.from(bytes).toString("base64"));

/** A line for any event that a publisher can seal. */
const line = fc
  .tuple(
    unsealed,
    fc.boolean(),
    fc.option(fc.array(hash, { minLength: 1, maxLength: 4 }), { nil: undefined }),
  )
  .map(([event, isFirst, proof]) => {
    const head = isFirst ? EMPTY_CHAIN : { index: 41, hash: `sha256:${"a".repeat(64)}` as const };
    const { hash: own, text } = prepareSeal(event).seal(head);
    const leaf = {
      hash: own,
      sequence: 7,
      subject: subjectOf(event.tenant, event.scope),
      time: "1700",
    };
    return Buffer.from(formatEventLine(text, leaf, proof));
  });

/** What both ways of reading agree on: the facts of a line without a flaw. */
function factsOf(bytes: Uint8Array): unknown {
  const read = readBundleLine(bytes);
  if (read.kind !== "place" || read.flaw || !read.place.event) return undefined;
  const { hash, index, origin, prev, scope, tenant, type } = read.place.event;
  const { claimed: _, sealed, ...place } = read.place;
  return { ...place, sealed, event: { hash, index, origin, prev, scope, tenant, type } };
}

function quickly(reader: EventLineReader, bytes: Uint8Array): unknown {
  const place = reader.read(bytes);
  if (!place) return undefined;
  const { claimed: _, sealed, ...rest } = place;
  const { hash, tenant, scope } = sealed ?? {};
  return { ...rest, sealed: { hash, tenant, scope } };
}

test("good lines are read quickly, and as they are read slowly", () => {
  const reader = new EventLineReader();
  let quick = 0;
  fc.assert(
    fc.property(line, (bytes) => {
      const place = quickly(reader, bytes);
      if (place === undefined) return;
      quick++;
      expect(place).toEqual(factsOf(bytes));
    }),
    { numRuns: 500 },
  );
  expect(quick).toBeGreaterThan(400);
});

test("the lines of a recorded log are read quickly", () => {
  const reader = new EventLineReader();
  for (const text of [...whole.slice(1, -3), ...log.bundle(RUN).slice(1, -3)]) {
    expect(quickly(reader, Buffer.from(text)), text).toEqual(factsOf(Buffer.from(text)));
  }
});

test("a changed line is never read otherwise than slowly", () => {
  const reader = new EventLineReader();
  const change = fc.record({
    place: fc.nat(),
    byte: fc.oneof(fc.nat(255), fc.constantFrom(...Buffer.from('"\\,:{}[]0 '))),
    how: fc.constantFrom("change", "take away", "put in", "double"),
    length: fc.integer({ min: 1, max: 40 }),
  });
  fc.assert(
    fc.property(line, change, (bytes, { place, byte, how, length }) => {
      const at = place % bytes.length;
      const span = bytes.subarray(at, at + length);
      const put = how === "double" ? Buffer.concat([span, span]) : Buffer.from([byte]);
      const changed = Buffer.concat([
        bytes.subarray(0, at),
        how === "take away" ? Buffer.alloc(0) : put,
        bytes.subarray(how === "put in" ? at : at + (how === "change" ? 1 : span.length)),
      ]);
      const read = quickly(reader, changed);
      if (read !== undefined) expect(read).toEqual(factsOf(changed));
    }),
    { numRuns: 3000 },
  );
});

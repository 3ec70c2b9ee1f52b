import fc from "fast-check";
import { expect, test } from "vitest";
import { ProtocolError } from "../../src/client/errors.js";
import { rawEvents } from "../../src/client/raw-events.js";

test("finds every event as it stands, whatever is in it and around it", () => {
  const json = fc.json({ maxDepth: 4 });
  const blank = fc.constantFrom("", " ", "\n", "\t \r\n");
  const event = fc.tuple(json, fc.boolean(), blank);
  const around = fc.record({ before: json, after: json, blank });
  fc.assert(
    fc.property(fc.array(event, { maxLength: 5 }), around, (events, { before, after, blank }) => {
      const elements = events.map(([text, isLast, space]) => {
        const cursor = `"cursor"${space}:${space}"1.a"`;
        const own = `"event"${space}:${space}${text}${space}`;
        return `{${space}${isLast ? `${cursor},${own}` : `${own},${space}${cursor}`}}${space}`;
      });
      const list = `[${blank}${elements.join(`,${blank}`)}]`;
      const message = `${blank}{"first":${before}${blank},"events":${blank}${list},"last":${after}}`;
      JSON.parse(message);
      expect(rawEvents(message)).toEqual(events.map(([text]) => text));
    }),
    { numRuns: 1000 },
  );
});

test("throws where an event is missing", () => {
  expect(() => rawEvents('{"events":[{"cursor":"1.a"}]}')).toThrow(ProtocolError);
  expect(() => rawEvents('{"sub":"events"}')).toThrow(ProtocolError);
});

import fc from "fast-check";
import { expect, test } from "vitest";
import { ChainVerifier, type ChainFinding } from "../../src/audit/verify-chain.js";
import { canonicalize } from "../../src/envelope/canonical.js";
import type { EventEnvelope } from "../../src/envelope/envelope.js";
import { hashEnvelope } from "../../src/envelope/hash.js";
import { sealLog } from "../client/log-server.js";

const RUN = "runs/r-42";
const JOB = "runs/r-42/jobs/build";
const log = sealLog([
  { scope: RUN, type: "run.created", payload: { name: "nächtlich" } },
  { scope: JOB, type: "job.created" },
  { scope: RUN, type: "run.started" },
  { scope: JOB, type: "job.completed", payload: { note: "all good" } },
  { scope: RUN, type: "run.completed" },
]).map(({ sequence, text }) => ({ sequence, text }));

function check(events: readonly { sequence: number; text: string }[], scope = RUN) {
  const verifier = new ChainVerifier(scope);
  const findings = events.flatMap(({ sequence, text }) =>
    verifier.check({ sequence, bytes: Buffer.from(text) }),
  );
  return { findings, summary: verifier.summary };
}

const places = (findings: readonly ChainFinding[]) =>
  findings.map(({ check: what, sequence, scope, index }) => [what, sequence, scope, index]);

/** The log with the event at a sequence changed. */
function changed(sequence: number, change: (text: string) => string) {
  return log.map((event) =>
    event.sequence === sequence ? { ...event, text: change(event.text) } : event,
  );
}

/** The event with members replaced, and the hash made to fit again. */
function forged(text: string, members: Partial<EventEnvelope>): string {
  const event = { ...(JSON.parse(text) as EventEnvelope), ...members };
  return canonicalize({ ...event, hash: hashEnvelope(event) });
}

test("a log that was not touched holds", () => {
  const { findings, summary } = check(log);
  expect(findings).toEqual([]);
  expect(summary).toEqual({
    events: 5,
    scopes: 2,
    findings: 0,
    trimmedScopes: 0,
    isEnded: true,
  });
});

test("an edited payload is found at its own place, and only there", () => {
  const { findings } = check(changed(4, (text) => text.replace("all good", "all bad!")));
  expect(places(findings)).toEqual([["hash", 4, JOB, 2]]);
});

test("an edit whose hash was made to fit is found at the event behind it", () => {
  const { findings } = check(changed(3, (text) => forged(text, { payload: { forged: true } })));
  expect(places(findings)).toEqual([["prev", 5, RUN, 3]]);
});

test("a removed event is found", () => {
  expect(places(check(log.filter(({ sequence }) => sequence !== 3)).findings)).toEqual([
    ["index", 5, RUN, 3],
  ]);
});

test("a repeated event is found", () => {
  const repeated = [...log.slice(0, 3), ...log.slice(2)];
  expect(check(repeated).findings.map(({ check: what }) => what)).toEqual(["sequence", "index"]);
});

test("swapped events are found", () => {
  const [first, second, third, ...rest] = log.map(({ text }) => text);
  const swapped = [third, second, first, ...rest].map((text = "", i) => ({
    sequence: i + 1,
    text,
  }));
  expect(places(check(swapped).findings)[0]).toEqual(["index", 3, RUN, 1]);
});

test("bytes that say the same but are not canonical are found", () => {
  const { findings } = check(changed(2, (text) => text.replace('"index":1', '"index": 1')));
  expect(places(findings)).toEqual([["canonical", 2, JOB, 1]]);
});

test("an event of another log is found", () => {
  const { findings } = check(changed(5, (text) => forged(text, { origin: "elsewhere" })));
  expect(places(findings)).toEqual([["origin", 5, RUN, 3]]);
});

test("bytes that are no event are found, and do not hide what comes after", () => {
  const { findings } = check(changed(2, () => "garbage"));
  expect(places(findings)).toEqual([["canonical", 2, undefined, undefined]]);
});

test("says that first events are gone, and whether the scope has ended", () => {
  const { findings, summary } = check(log.slice(1, 4));
  expect(findings).toEqual([]);
  expect(summary).toMatchObject({ trimmedScopes: 1, isEnded: false });
  expect(check(log, "").summary.isEnded).toBeUndefined();
});

test("any change of a single byte is found", () => {
  const bytes = log.map(({ text }) => Buffer.from(text));
  fc.assert(
    fc.property(
      fc.nat(log.length - 1),
      fc.nat(10_000),
      fc.integer({ min: 1, max: 255 }),
      (event, place, difference) => {
        const verifier = new ChainVerifier(RUN);
        const findings = bytes.flatMap((original, i) => {
          const copy = Buffer.from(original);
          if (i === event) {
            const at = place % copy.length;
            copy.writeUInt8((copy.readUInt8(at) + difference) % 256, at);
          }
          return verifier.check({ sequence: i + 1, bytes: copy });
        });
        expect(findings.length).toBeGreaterThan(0);
      },
    ),
    { numRuns: 500 },
  );
});

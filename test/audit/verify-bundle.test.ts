import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formatBundleLine } from "../../src/audit/bundle-line.js";
import { verdictOf } from "../../src/audit/bundle-summary.js";
import { formatCheckpoint } from "../../src/audit/checkpoint.js";
import { LineSplitter, OverlongLine } from "../../src/audit/line-splitter.js";
import { rootOf } from "../../src/audit/merkle-tree.js";
import { noteSigner, signNote } from "../../src/audit/note.js";
import { digestOf, formatReceipt } from "../../src/audit/receipt.js";
import { BundleVerifier } from "../../src/audit/verify-bundle.js";
import { canonicalize } from "../../src/envelope/canonical.js";
import { vectors } from "../envelope/vectors.js";
import { BUILD, entries, log, OTHER, RUN, run, whole } from "./attacks/cases.js";
import { parsed } from "./attacks/edit.js";
import { ORIGIN, TENANT, TestLog, TEST_SIGNER } from "./bundles.js";

function newVerifier(keys = [TEST_SIGNER.key]) {
  return new BundleVerifier({ keys, remembered: { minSize: 0, checkpoint: undefined } });
}

/** What is said of a stream of bytes. */
function verify(chunks: readonly Uint8Array[], verifier = newVerifier()) {
  const splitter = new LineSplitter();
  const during = chunks.flatMap((chunk) =>
    [...splitter.push(chunk)].flatMap((line) =>
      line instanceof OverlongLine ? verifier.passOver(line) : verifier.check(line),
    ),
  );
  const { findings, summary } = verifier.finish();
  return { findings: [...during, ...findings], summary, verdict: verdictOf(summary, false) };
}

const bytesOf = (lines: readonly (string | Uint8Array)[]) =>
  Buffer.concat(lines.flatMap((line) => [Buffer.from(line), Buffer.from("\n")]));

const verifyLines = (lines: readonly (string | Uint8Array)[]) => verify([bytesOf(lines)]);

/** The bundle with bytes in the place of the event at sequence 5. */
function withEvent(lines: readonly string[], event: Uint8Array): (string | Uint8Array)[] {
  return lines.map((line) => {
    const { leaf, event: _, kind, ...rest } = parsed(line);
    if (leaf?.sequence !== 5) return line;
    const tail = canonicalize({ kind, leaf, ...rest }).slice(1);
    return Buffer.concat([Buffer.from('{"event":'), event, Buffer.from(`,${tail}`)]);
  });
}

describe.each([
  ["the bundle of a whole log", whole],
  ["the bundle of a run", run],
])("%s", (_, lines) => {
  const bytes = bytesOf(lines);

  test("gives the same findings in any chunking", () => {
    const broken = bytesOf(withEvent(lines, Buffer.from("{}")).slice(0, -1));
    const expected = verify([broken]);
    expect(expected.findings).toHaveLength(1);
    fc.assert(
      fc.property(fc.array(fc.nat(broken.length)), (places) => {
        const cuts = [...places, broken.length].sort((a, b) => a - b);
        const chunks = cuts.map((to, i) => broken.subarray(cuts[i - 1] ?? 0, to));
        expect(verify(chunks)).toEqual(expected);
      }),
      { numRuns: 50 },
    );
  });

  test("is not good any more with any one byte changed", () => {
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, difference) => {
        const copy = Buffer.from(bytes);
        copy.writeUInt8((copy.readUInt8(at) + difference) % 256, at);
        const splitter = new LineSplitter();
        for (const line of splitter.push(copy)) expect(line).toBeDefined();
        // A line end that is gone at the end is for whoever reads the file to see.
        if (splitter.rest === 0) expect(verify([copy]).verdict).not.toBe("holds");
        else expect(at).toBe(bytes.length - 1);
      }),
      { numRuns: 250 },
    );
  });

  const rejected = readFileSync(vectors("reject.ndjson"), "utf8").trim().split("\n");
  test.each(rejected.map((line) => JSON.parse(line) as { id: string; b64: string }))(
    "has one finding, in its line, for an event whose bytes are $id",
    ({ b64 }) => {
      const verifier = newVerifier();
      const changed = withEvent(lines, Buffer.from(b64, "base64"));
      const found = changed.flatMap((line) => verifier.check(Buffer.from(line)));
      const { findings, summary } = verifier.finish();
      const at = lines.findIndex((line) => parsed(line).leaf?.sequence === 5);
      expect([...found, ...findings].map(({ line }) => line)).toEqual([at + 1]);
      expect(["canonical", "shape"]).toContain(found[0]?.check);
      expect(verdictOf(summary, false)).toBe("tampered");
    },
  );

  test("has one finding for an event that is nested 100,000 deep", () => {
    const deep = Buffer.from(`{"a":${"[".repeat(100_000)}${"]".repeat(100_000)}}`);
    const { findings } = verifyLines(withEvent(lines, deep));
    expect(findings).toMatchObject([{ check: "canonical", sequence: 5, scope: BUILD }]);
    const open = verifyLines(withEvent(lines, Buffer.from("[".repeat(100_000))));
    expect(open.findings).toMatchObject([{ check: "canonical" }]);
  });

  test("has one finding for an event that is longer than lines may be", () => {
    const long = Buffer.from(`{"a":"${"x".repeat(5 * 2 ** 20)}"}`);
    const { findings } = verifyLines(withEvent(lines, long));
    expect(findings).toMatchObject([{ check: "canonical" }]);
    expect(findings[0]?.detail).toMatch(
      /^is longer than a line of a bundle can be: 52\d{5} bytes$/,
    );
  });
});

describe("receipts", () => {
  const note = (
    scope: string,
    count: number,
    below: Parameters<typeof formatReceipt>[0]["below"],
  ) =>
    formatBundleLine({
      kind: "receipt",
      note: signNote(
        formatReceipt({ origin: ORIGIN, tenant: TENANT, scope, count, root: rootOf([]), below }),
        [TEST_SIGNER],
      ),
    });
  const bare = run.filter((line) => parsed(line).kind !== "receipt");
  const withReceipt = (line: string) => [...bare.slice(0, -1), line, ...bare.slice(-1)];
  const head = (count: number, hash: string) => ({ scope: BUILD, count, hash });
  const jobHash = (sequence: number) => {
    const leaf = entries[sequence - 1]?.leaf;
    return leaf && "hash" in leaf ? leaf.hash : "";
  };
  const listed = (count: number, hash: string) =>
    ({ form: "listed", heads: [head(count, hash)] }) as const;

  test("of a run that was closed before its last events is outgrown, and no finding", () => {
    const { findings, summary } = verifyLines(withReceipt(note(RUN, 2, listed(2, jobHash(5)))));
    expect(findings).toEqual([]);
    expect(summary.incomplete).toContainEqual({ reason: "outgrown", count: 2, scope: RUN });
  });

  test("that name another end of a scope below are a finding at that scope", () => {
    const { findings } = verifyLines(withReceipt(note(RUN, 2, listed(3, jobHash(5)))));
    expect(findings).toMatchObject([{ check: "receipt", scope: BUILD, index: 3 }]);
  });

  test("that hold one hash for all scopes below are compared with it", () => {
    const good = digestOf([head(3, jobHash(7))]);
    const other = digestOf([head(3, jobHash(5))]);
    expect(verifyLines(withReceipt(note(RUN, 2, good))).findings).toEqual([]);
    expect(verifyLines(withReceipt(note(RUN, 2, other))).findings).toMatchObject([
      { check: "receipt", scope: RUN },
    ]);
  });

  test("of a run cover the job that ended with it, in the bundle of the job", () => {
    const job = log.bundle(BUILD).filter((line) => parsed(line).kind !== "receipt");
    const ofRun = formatBundleLine({ kind: "receipt", note: log.receipt(RUN) });
    const { verdict } = verifyLines([...job.slice(0, -1), ofRun, ...job.slice(-1)]);
    expect(verdict).toBe("holds");
  });

  test("of another scope, or of another log, have no place in a bundle", () => {
    const other = note(OTHER, 2, { form: "listed", heads: [] });
    expect(verifyLines(withReceipt(other)).findings).toMatchObject([
      { check: "scope", scope: OTHER },
    ]);
    const elsewhere = new TestLog(entries, TEST_SIGNER, "elsewhere.example/log").receipt(RUN);
    const line = formatBundleLine({ kind: "receipt", note: elsewhere });
    expect(verifyLines(withReceipt(line)).findings).toMatchObject([{ check: "origin" }]);
  });

  test("that are no notes are findings", () => {
    const line = formatBundleLine({ kind: "receipt", note: "it is all there, believe me\n" });
    expect(verifyLines(withReceipt(line)).findings).toMatchObject([{ check: "receipt" }]);
  });
});

describe("the lines of a bundle", () => {
  test.each<[string, string[], object]>([
    [
      "a leaf behind the receipts",
      [...whole.slice(0, 8), ...whole.slice(9, -1), whole[8] ?? "", ...whole.slice(-1)],
      { check: "shape", sequence: 8 },
    ],
    [
      "a second header",
      [...whole.slice(0, 4), whole[0] ?? "", ...whole.slice(4)],
      { check: "shape", line: 5 },
    ],
    [
      "a receipt behind the checkpoint",
      [...whole, whole.at(-2) ?? ""],
      { check: "shape", line: 13 },
    ],
    ["a second checkpoint", [...whole, whole.at(-1) ?? ""], { check: "shape", line: 13 }],
    [
      "a kind that there is not",
      [...whole.slice(0, -1), '{"kind":"other"}', ...whole.slice(-1)],
      { check: "shape", line: 12 },
    ],
    [
      "a blank line",
      [...whole.slice(0, -1), "", ...whole.slice(-1)],
      { check: "canonical", line: 12 },
    ],
  ])("do not hold with %s", (_, lines, finding) => {
    const { findings, verdict } = verifyLines(lines);
    expect(findings[0]).toMatchObject(finding);
    expect(verdict).toBe("tampered");
  });

  test("that are missing a proof, or have one too many, are findings", () => {
    const bare = run.map((line) => {
      const { proof: _, ...rest } = parsed(line);
      return canonicalize(rest);
    });
    expect(verifyLines(bare).findings.filter(({ check }) => check === "shape")).toHaveLength(6);
  });

  test("say who has signed the checkpoint, where that is nobody who is trusted", () => {
    const stranger = noteSigner(ORIGIN, new Uint8Array(32).fill(9));
    const { summary, verdict } = verify([bytesOf(whole)], newVerifier([stranger.key]));
    expect(verdict).toBe("undecided");
    expect(summary.undecided).toContain(`${ORIGIN}+${TEST_SIGNER.key.keyId}`);
  });

  test("of an empty log hold", () => {
    const text = formatCheckpoint({ origin: ORIGIN, size: 0, root: rootOf([]), extensions: [] });
    const [header = ""] = new TestLog([]).bundle("");
    const checkpoint = formatBundleLine({
      kind: "checkpoint",
      note: signNote(text, [TEST_SIGNER]),
    });
    expect(verifyLines([header, checkpoint]).verdict).toBe("holds");
  });
});

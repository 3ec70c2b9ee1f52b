/**
 * Bundles of a recorded log, and what can be done to them. Everything follows from recording.ndjson and the
 * test key, so that the files in test/vectors/audit are the same for everybody. After a change here they are
 * written by `npm test -- test/audit/attacks.test.ts --update`; without that, the test compares.
 */
import { readFileSync } from "node:fs";
import type { BundleFinding } from "../../../src/audit/finding.js";
import { noteSigner } from "../../../src/audit/note.js";
import type { Hash } from "../../../src/envelope/hash.js";
import { parseRecordLine } from "../../../src/client/record-line.js";
import { ORIGIN, sealEntries, TestLog, type SealedEntry } from "../bundles.js";
import { atKind, forge, type Line, parsed, rechain, sealed, written } from "./edit.js";

/** An attack, or what only looks like one, and what a verifier is to say of it. */
export interface AttackCase {
  name: string;
  why: string;
  /** The bundle; of notes to compare, both. */
  text: string;
  minSize?: number;
  /** The text of a note. */
  known?: string;
  allowsRedacted?: boolean;
  exit: 0 | 1 | 2 | 3;
  findings: Partial<BundleFinding>[];
  incomplete?: string[];
}

export const RUN = "runs/nightly-7";
export const BUILD = `${RUN}/jobs/build`;
export const OTHER = "runs/nightly-8";

const recording = readFileSync(new URL("recording.ndjson", import.meta.url), "utf8");
export const entries: readonly SealedEntry[] = sealEntries(
  recording
    .trim()
    .split("\n")
    .map((line) => {
      const { bytes, recordedAt } = parseRecordLine(Buffer.from(line));
      return { text: Buffer.from(bytes).toString(), time: `${Date.parse(recordedAt)}000000` };
    }),
);
export const log = new TestLog(entries);
const whole = log.bundle("");
const run = log.bundle(RUN);
const stranger = noteSigner(ORIGIN, new Uint8Array(32).fill(8));

/** The log when it had its first events only. */
const earlier = (size: number) => new TestLog(entries.slice(0, size));

/** A log that somebody wrote anew: another event at a sequence, and everything behind it made to fit. */
const rewritten = (sequence: number) => new TestLog(rechain(entries, sequence));

/** The bundle with the lines of a sequence replaced. */
function at(lines: readonly string[], sequence: number, change: (line: string) => string[]) {
  return lines.flatMap((line) => (sequenceOf(line) === sequence ? change(line) : [line]));
}

function sequenceOf(line: string): number | undefined {
  const { leaf, sequence } = parsed(line);
  return leaf?.sequence ?? sequence;
}

const lineAt = (lines: readonly string[], sequence: number) =>
  lines.find((line) => sequenceOf(line) === sequence) ?? "";

/** The bundle without a line, or with others in its place. */
const without = (lines: readonly string[], sequence: number) => at(lines, sequence, () => []);
const edited = (lines: readonly string[], sequence: number, change: (line: Line) => void) =>
  at(lines, sequence, (line) => [written(line, change)]);
const header = (lines: readonly string[], change: (line: Line) => void) =>
  atKind(lines, "bundle", change);
const flipped = (line: string) => [line.replace("hello", "hallo")];
const swapped = (lines: readonly string[], one: number, other: number) =>
  lines.map((line) => {
    const sequence = sequenceOf(line);
    if (sequence === one) return lineAt(lines, other);
    return sequence === other ? lineAt(lines, one) : line;
  });
/** Puts a made-up event of the job behind its second one. */
const inserted = (lines: readonly string[]) =>
  at(lines, 5, (line) => [
    line,
    written(line, (made) => {
      forge(made, { index: 3, prev: sealed(made).hash as Hash, id: "made-up-0001" });
      sealed(made).sequence = 6;
    }),
  ]);
const redacted = (lines: readonly string[], kind: "redacted" | "trimmed") =>
  edited(lines, 4, (line) => {
    line.kind = kind;
    delete line.event;
  });

const place = (sequence: number, scope: string, index: number) => ({ sequence, scope, index });

const OK: AttackCase[] = [
  { name: "ok-whole", why: "the whole log", text: text(whole), exit: 0, findings: [] },
  { name: "ok-run", why: "a run with proofs and receipts", text: text(run), exit: 0, findings: [] },
  {
    name: "ok-job",
    why: "a job below a run",
    text: text(log.bundle(BUILD)),
    exit: 0,
    findings: [],
  },
  open("ok-open", "a run that has not ended", log.bundle(OTHER)),
];

function open(name: string, why: string, lines: readonly string[]): AttackCase {
  return { name, why, text: text(lines), exit: 3, findings: [], incomplete: ["open"] };
}

function bad(
  name: string,
  why: string,
  lines: readonly string[],
  ...findings: Partial<BundleFinding>[]
): AttackCase {
  return { name, why, text: text(lines), exit: 1, findings };
}

function text(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join("");
}

const EVENTS: AttackCase[] = [
  bad("flip-whole", "a byte of a payload", at(whole, 5, flipped), {
    check: "hash",
    ...place(5, BUILD, 2),
  }),
  bad("flip-run", "a byte of a payload", at(run, 5, flipped), {
    check: "hash",
    ...place(5, BUILD, 2),
  }),
  bad(
    "rehash-whole",
    "a payload, with a hash that fits, but not the leaf",
    edited(whole, 5, (line) => {
      forge(line, {}, "leaf stays");
    }),
    { check: "leaf", ...place(5, BUILD, 2) },
  ),
  bad(
    "rehash-run",
    "a payload, with a hash that fits, but not the leaf",
    edited(run, 5, (line) => {
      forge(line, {}, "leaf stays");
    }),
    { check: "leaf", ...place(5, BUILD, 2) },
  ),
  bad(
    "releaf-whole",
    "a payload, its hash and its leaf: the next event of the run names another hash",
    edited(whole, 4, (line) => {
      forge(line, {});
    }),
    { check: "prev", ...place(8, RUN, 3) },
  ),
  bad(
    "releaf-run",
    "a payload, its hash and its leaf: the proof does not lead to the root",
    edited(run, 4, (line) => {
      forge(line, {});
    }),
    { check: "inclusion", ...place(4, RUN, 2) },
  ),
  bad(
    "rechain-whole",
    "a payload, and the whole rest of the run made to fit: receipt and root stay",
    [...rewritten(4).bundle("").slice(0, 9), ...whole.slice(9)],
    { check: "receipt", scope: RUN },
    { check: "root", expected: 8 },
  ),
  bad(
    "rechain-open",
    "the same in a run without a receipt: only the root stays",
    [...rewritten(3).bundle("").slice(0, 9), ...whole.slice(9)],
    { check: "root", expected: 8 },
  ),
  bad(
    "rechain-run",
    "the same in the bundle of the run, with the proofs of the old events",
    at(
      edited(run, 4, (line) => {
        forge(line, {});
      }),
      8,
      (line) => [
        written(line, (last) => {
          const prev = parsed(
            written(lineAt(run, 4), (edit) => {
              forge(edit, {});
            }),
          ).event?.["hash"];
          forge(last, { prev: prev as Hash });
        }),
      ],
    ),
    { check: "inclusion", ...place(4, RUN, 2) },
    { check: "inclusion", ...place(8, RUN, 3) },
  ),
  bad(
    "rebuilt-run",
    "the log written anew, with proofs that fit it, under the old checkpoint",
    [...rewritten(4).bundle(RUN).slice(0, -3), ...run.slice(-3)],
    { check: "receipt", scope: RUN },
    { check: "root" },
  ),
  bad("delete-whole", "an event taken out", without(whole, 5), { check: "gap", sequence: 5 }),
  bad("delete-run", "an event taken out", without(run, 5), {
    check: "index",
    ...place(7, BUILD, 3),
  }),
  bad("swap-whole", "two events swapped", swapped(whole, 4, 5), { check: "gap", sequence: 4 }),
  bad("swap-run", "two events of one scope swapped", swapped(run, 5, 7), {
    check: "index",
    ...place(7, BUILD, 3),
  }),
  bad("swap-scopes", "two events of different scopes swapped", swapped(run, 4, 5), {
    check: "gap",
    ...place(4, RUN, 2),
  }),
  bad(
    "duplicate-whole",
    "an event twice",
    at(whole, 4, (line) => [line, line]),
    {
      check: "gap",
      sequence: 5,
    },
  ),
  bad(
    "duplicate-run",
    "an event twice",
    at(run, 4, (line) => [line, line]),
    {
      check: "gap",
      ...place(4, RUN, 2),
    },
  ),
  bad(
    "insert-whole",
    "an event made up and put between two others",
    inserted(whole),
    { check: "gap", sequence: 7 },
    { check: "index", ...place(7, BUILD, 3) },
  ),
  bad(
    "insert-run",
    "an event made up and put between two others",
    inserted(run),
    { check: "index", ...place(7, BUILD, 3) },
    { check: "inclusion", ...place(6, BUILD, 3) },
  ),
  bad(
    "time-whole",
    "the broker's time of an event, which is in the leaf only",
    edited(whole, 5, (line) => {
      sealed(line).time = "1";
    }),
    { check: "root", expected: 8 },
  ),
  bad(
    "time-run",
    "the broker's time of an event, which is in the leaf only",
    edited(run, 5, (line) => {
      sealed(line).time = "1";
    }),
    { check: "inclusion", ...place(5, BUILD, 2) },
  ),
  bad(
    "leaf-whole",
    "the hash in the leaf, and the event as it was",
    edited(whole, 5, (line) => {
      sealed(line).hash = `sha256:${"0".repeat(64)}`;
    }),
    { check: "leaf", ...place(5, BUILD, 2) },
  ),
  bad(
    "moved-event",
    "an event of another log put in place of one, with its leaf",
    edited(whole, 8, (line) => {
      forge(line, { origin: "elsewhere.example/log" });
    }),
    { check: "origin", ...place(8, RUN, 3) },
    { check: "receipt", scope: RUN },
    { check: "root", expected: 8 },
  ),
  bad(
    "hidden-own",
    "an event told as one of another tenant, with its right leaf",
    new TestLog(
      entries.map((entry) => (entry.leaf.sequence === 4 ? { ...entry, kind: "hidden" } : entry)),
    ).bundle(""),
    { check: "index", ...place(8, RUN, 3) },
  ),
];

const ENDS: AttackCase[] = [
  bad(
    "cut-whole",
    "the last two events cut off, and the checkpoint kept",
    without(without(whole, 8), 7),
    { check: "size", expected: 8 },
  ),
  {
    name: "stale-whole",
    why: "events and checkpoint as they once were: good, to who does not remember better",
    text: text(earlier(6).bundle("")),
    exit: 0,
    findings: [],
  },
  {
    ...bad("stale-size", "the same, to who remembers a size", earlier(6).bundle(""), {
      check: "size",
      expected: 8,
    }),
    minSize: 8,
  },
  {
    ...bad("stale-known", "the same, to who remembers a checkpoint", earlier(6).bundle(RUN), {
      check: "size",
      expected: 8,
    }),
    known: log.checkpoint(),
  },
  bad("omit-receipt", "the last event of the run left out, and its receipt kept", without(run, 8), {
    check: "receipt",
    scope: RUN,
    expected: 3,
  }),
  open(
    "omit-no-receipt",
    "the last event of the run left out, and its receipt too: it looks as if it had not ended",
    without(run, 8).filter((line) => !line.includes(`/${RUN}\\n`)),
  ),
  bad(
    "omit-job",
    "the last event of the job left out, and its receipt: the run's receipt tells of it",
    without(run, 7).filter((line) => !line.includes(`/${BUILD}\\n`)),
    { check: "receipt", scope: BUILD, expected: 3 },
  ),
  {
    name: "no-receipt",
    why: "everything is there but the receipts: nothing shows that it is",
    text: text(atKind(run, "receipt", "drop")),
    exit: 3,
    findings: [],
    incomplete: ["unreceipted"],
  },
  {
    name: "cut-off",
    why: "a download that broke between two lines",
    text: text(run.slice(0, 4)),
    exit: 2,
    findings: [],
    incomplete: ["open"],
  },
];

const NOTES: AttackCase[] = [
  bad(
    "checkpoint-edited",
    "the size in the checkpoint",
    atKind(whole, "checkpoint", (line) => {
      line.note = String(line.note).replace("\n8\n", "\n9\n");
    }),
    { check: "signature" },
  ),
  bad(
    "checkpoint-forged",
    "the signature of another checkpoint under this one",
    atKind(run, "checkpoint", (line) => {
      const signature = earlier(6).checkpoint().split("\n\n")[1] ?? "";
      line.note = `${String(line.note).split("\n\n")[0] ?? ""}\n\n${signature}`;
    }),
    { check: "signature" },
  ),
  {
    name: "checkpoint-stranger",
    why: "the log written anew, and signed by a key that is not trusted",
    text: text(new TestLog(rechain(entries, 4), stranger).bundle("")),
    exit: 2,
    findings: [],
    incomplete: ["untrusted-receipt", "unreceipted"],
  },
  bad(
    "checkpoint-other-log",
    "a checkpoint of another log that the same key signs",
    atKind(whole, "checkpoint", (line) => {
      line.note = new TestLog(entries, undefined, "elsewhere.example/log").checkpoint();
    }),
    { check: "origin" },
  ),
  bad(
    "checkpoint-fork",
    "a checkpoint of the same size that is signed too, over other events",
    atKind(whole, "checkpoint", (line) => {
      line.note = rewritten(3).checkpoint();
    }),
    { check: "root", expected: 8 },
  ),
  bad(
    "receipt-edited",
    "the count in the receipt of a run that lacks its last event",
    atKind(without(run, 8), "receipt", (line) => {
      line.note = String(line.note).replace("nightly-7\n3\n", "nightly-7\n2\n");
    }),
    { check: "signature", scope: RUN },
  ),
  bad(
    "wrong-origin",
    "told as another log",
    header(whole, (line) => {
      line.origin = "elsewhere.example/log";
    }),
    { check: "origin", ...place(1, RUN, 1) },
  ),
  bad(
    "wrong-tenant",
    "told as another tenant",
    header(run, (line) => {
      line.tenant = "acme";
    }),
    { check: "origin", ...place(1, RUN, 1) },
  ),
  bad(
    "wrong-scope",
    "told as another run",
    header(run, (line) => {
      line.scope = OTHER;
    }),
    { check: "scope", ...place(1, RUN, 1) },
  ),
  bad(
    "wrong-size",
    "another size in the header, so that no proof fits",
    header(run, (line) => {
      line.size = 9;
    }),
    { check: "size", expected: 8 },
  ),
  bad("no-header", "the header taken away", whole.slice(1), { check: "shape", line: 1 }),
];

const REMEMBERED: AttackCase[] = [
  {
    ...bad("fork", "the log written anew: another root for a size", rewritten(3).bundle(""), {
      check: "fork",
    }),
    known: log.checkpoint(),
  },
  {
    name: "grown-whole",
    why: "the log has grown from what is remembered",
    text: text(whole),
    known: earlier(5).checkpoint(),
    exit: 0,
    findings: [],
  },
  {
    ...bad("regrown-whole", "the log was written anew below what is remembered", whole, {
      check: "consistency",
    }),
    known: new TestLog(rechain(entries, 3).slice(0, 5)).checkpoint(),
  },
  {
    name: "grown-run",
    why: "the log has grown from what is remembered, by a proof",
    text: text(log.bundle(RUN, { from: 5 })),
    known: earlier(5).checkpoint(),
    exit: 0,
    findings: [],
  },
  {
    ...bad(
      "regrown-run",
      "the log was written anew below what is remembered",
      log.bundle(RUN, { from: 5 }),
      { check: "consistency" },
    ),
    known: new TestLog(rechain(entries, 3).slice(0, 5)).checkpoint(),
  },
  {
    name: "unproven-run",
    why: "nothing shows that the log has grown from what is remembered",
    text: text(run),
    known: earlier(5).checkpoint(),
    exit: 3,
    findings: [],
    incomplete: ["unproven-growth"],
  },
];

const GAPS: AttackCase[] = [
  ...(["whole", "run"] as const).flatMap((name): AttackCase[] => {
    const lines = redacted(name === "whole" ? whole : run, "redacted");
    const redaction = { why: "an event left out, its leaf kept", text: text(lines), findings: [] };
    return [
      { ...redaction, name: `redacted-${name}`, exit: 3, incomplete: ["redacted"] },
      {
        ...redaction,
        name: `redacted-${name}-allowed`,
        allowsRedacted: true,
        exit: 0,
        incomplete: ["redacted"],
      },
    ];
  }),
  {
    name: "trimmed",
    why: "an event whose retention has ended",
    text: text(redacted(run, "trimmed")),
    allowsRedacted: true,
    exit: 3,
    findings: [],
    incomplete: ["trimmed"],
  },
  bad(
    "missing",
    "an event that was lost before it was sealed",
    new TestLog(
      entries.map((entry): SealedEntry =>
        entry.leaf.sequence === 5
          ? { leaf: { missing: true, sequence: 5 }, text: undefined, kind: "missing" }
          : entry,
      ),
    ).bundle(""),
    { check: "gap", sequence: 5 },
  ),
  bad(
    "foreign",
    "a message in the log that is no event",
    new TestLog(
      entries.map((entry): SealedEntry => {
        const { leaf } = entry;
        if (leaf.sequence !== 6 || !("hash" in leaf)) return entry;
        const { hash: foreign, sequence, subject, time } = leaf;
        return { leaf: { foreign, sequence, subject, time }, text: undefined, kind: "foreign" };
      }),
    ).bundle(""),
    { check: "gap", sequence: 6 },
  ),
];

export const CASES: readonly AttackCase[] = [
  ...OK,
  ...EVENTS,
  ...ENDS,
  ...NOTES,
  ...REMEMBERED,
  ...GAPS,
];

/** The file of a case's bundle. Cases that differ only in what is remembered share one. */
export function fileOf({ text }: AttackCase): string {
  const first = CASES.find((attack) => attack.text === text);
  return `${first?.name ?? ""}.ndjson`;
}

/** Checkpoints to compare, and what is to be said of them. */
export const NOTES_TO_COMPARE = {
  "fork-a": log.checkpoint(),
  "fork-b": rewritten(3).checkpoint(),
  earlier: earlier(6).checkpoint(),
  elsewhere: new TestLog(entries, undefined, "elsewhere.example/log").checkpoint(),
  stranger: new TestLog(entries, stranger).checkpoint(),
} as const;

export { whole, run };

import { formatBundleLine, formatEventLine } from "../dist/audit/bundle-line.js";
import { formatCheckpoint } from "../dist/audit/checkpoint.js";
import { leafText } from "../dist/audit/leaf.js";
import { CompactRange, leafHash, nodeHash } from "../dist/audit/merkle-tree.js";
import { noteSigner, signNote } from "../dist/audit/note.js";
import { formatReceipt } from "../dist/audit/receipt.js";
import { subjectOf } from "../dist/envelope/scope.js";
import { EMPTY_CHAIN, prepareSeal, type ChainHead } from "../dist/envelope/seal.js";
import { UNSEALED } from "./publisher.js";

const { origin, tenant } = UNSEALED;
export const SIGNER = noteSigner(origin, new Uint8Array(32).fill(7));
const FIRST_NANOSECONDS = 1_772_357_400_000_000_000n;

interface Run {
  scope: string;
  head: ChainHead;
  own: CompactRange;
}

/**
 * The bundle of a whole log of so many events, in runs that go on at the same time and all complete, line by
 * line: nothing of it is kept.
 */
export function* wholeBundle(events: number, runs: number): Generator<string, void> {
  yield headerLine("", events);
  const tree = new CompactRange();
  const all = Array.from({ length: runs }, (_, i): Run => {
    return { scope: `runs/bench-${i}`, head: EMPTY_CHAIN, own: new CompactRange() };
  });
  for (let sequence = 1; sequence <= events; sequence++) {
    const run = all[sequence % runs] as Run;
    const { text, leaf } = append(run, sequence, sequence > events - runs);
    tree.append(leafHash(leafText(leaf)));
    yield formatEventLine(text, leaf, undefined);
  }
  for (const run of all) yield receiptLine(run);
  yield checkpointLine(events, tree.root());
}

/** The bundle of one run, which has every event of the log, with a proof for each. */
export function* provenBundle(events: number): Generator<string, void> {
  const scope = "runs/bench-0";
  yield headerLine(scope, events);
  const run: Run = { scope, head: EMPTY_CHAIN, own: new CompactRange() };
  const lines = Array.from({ length: events }, (_, i) => append(run, i + 1, i + 1 === events));
  const levels = [lines.map(({ leaf }) => leafHash(leafText(leaf)))];
  for (let level = levels[0] ?? []; level.length > 1; levels.push(level)) level = halved(level);
  for (const [i, { text, leaf }] of lines.entries()) {
    const siblings = levels.map((level, up) => level[(i >> up) ^ 1]);
    const proof = siblings.flatMap((hash) => (hash ? [Buffer.from(hash).toString("base64")] : []));
    yield formatEventLine(text, leaf, proof);
  }
  yield receiptLine(run);
  yield checkpointLine(events, levels.at(-1)?.[0] ?? new Uint8Array(32));
}

/** A level of the tree from the one below it; what has no sibling goes up as it is. */
function halved(level: readonly Uint8Array[]): Uint8Array[] {
  return level.flatMap((left, i) => {
    if (i % 2 === 1) return [];
    const right = level[i + 1];
    return [right ? nodeHash(left, right) : left];
  });
}

function append(run: Run, sequence: number, isLast: boolean) {
  const ending = { type: "run.completed", payload: { durationMs: 4711 } };
  const id = `01958f2e-7a1b-7c3d-8e4f-${String(sequence).padStart(12, "0")}`;
  const event = { ...UNSEALED, id, scope: run.scope, ...(isLast && ending) };
  const { index, hash, text } = prepareSeal(event).seal(run.head);
  run.head = { index, hash };
  run.own.append(leafHash(hash));
  const time = String(FIRST_NANOSECONDS + BigInt(sequence) * 1_000_000n);
  return { text, leaf: { hash, sequence, subject: subjectOf(tenant, run.scope), time } };
}

function headerLine(scope: string, size: number): string {
  return formatBundleLine({ kind: "bundle", v: 1, origin, tenant, scope, size, verifierKeys: [] });
}

function receiptLine({ scope, head, own }: Run): string {
  const below = { form: "listed", heads: [] } as const;
  const receipt = { origin, tenant, scope, count: head.index, root: own.root(), below };
  return formatBundleLine({ kind: "receipt", note: signNote(formatReceipt(receipt), [SIGNER]) });
}

function checkpointLine(size: number, root: Uint8Array): string {
  const text = formatCheckpoint({ origin, size, root, extensions: [] });
  return formatBundleLine({ kind: "checkpoint", note: signNote(text, [SIGNER]) });
}

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { BundleLine, EventLine } from "../../src/audit/bundle-line.js";
import { decodeHash, parseCheckpoint, type Checkpoint } from "../../src/audit/checkpoint.js";
import { leafText, type Leaf } from "../../src/audit/leaf.js";
import { verifyConsistency, verifyInclusion } from "../../src/audit/merkle-proof.js";
import { leafHash, rootOf } from "../../src/audit/merkle-tree.js";
import { parseNote, verifyNote } from "../../src/audit/note.js";
import { parseHeadsBelow } from "../../src/audit/receipt.js";
import { parseVerifierKey } from "../../src/audit/verifier-key.js";
import { canonicalize } from "../../src/envelope/canonical.js";
import { startGateway, type TestGateway } from "../fixtures/gateway.js";
import { append, draft, getJson, newRun } from "./requests.js";

let served: TestGateway;
let url: string;
beforeAll(async () => {
  served = await startGateway();
  ({ url } = served);
});
afterAll(() => served.stop());

const COMPLETED = { type: "run.completed", payload: { durationMs: 5 } };
const JOB_COMPLETED = { type: "job.completed", payload: { attempt: 1, durationMs: 5 } };

async function text(path: string): Promise<string> {
  const response = await fetch(`${url}${path}`);
  expect(response.status, path).toBe(200);
  return response.text();
}

async function bundle(path: string): Promise<BundleLine[]> {
  const body = await text(path);
  expect(body.endsWith("\n")).toBe(true);
  return body
    .slice(0, -1)
    .split("\n")
    .map((line) => {
      const parsed = JSON.parse(line) as BundleLine;
      expect(canonicalize(parsed)).toBe(line);
      return parsed;
    });
}

/** A checkpoint that was really signed with the key that the server names. */
async function signed(note: string): Promise<Checkpoint> {
  const { body } = await getJson<{ keys: { verifierKey: string }[] }>(`${url}/v1/keys`);
  const keys = body.keys.map(({ verifierKey }) => parseVerifierKey(verifierKey));
  expect(verifyNote(parseNote(note), keys)).toMatchObject({ outcome: "signed" });
  return parseCheckpoint(parseNote(note).text);
}

const hex = (bytes: Uint8Array = new Uint8Array()) => Buffer.from(bytes).toString("hex");
const hashes = (proof: string[]) => proof.map((hash) => decodeHash(hash) ?? new Uint8Array());

function isIncluded(leaf: Leaf, proof: string[], { size, root }: Checkpoint): boolean {
  const index = leaf.sequence - 1;
  const hash = leafHash(leafText(leaf));
  return verifyInclusion({ index, size, leafHash: hash, root, proof: hashes(proof) });
}

const linesOf = <Kind extends BundleLine["kind"]>(lines: BundleLine[], kind: Kind) =>
  lines.filter((line): line is Extract<BundleLine, { kind: Kind }> => line.kind === kind);

describe("a bundle", () => {
  test("of a scope holds its events and those below, each proven, and the receipts of all that ended", async () => {
    const run = newRun();
    await append(url, run, [draft(1), draft(2)]);
    await append(url, newRun(), [draft(1)]);
    await append(url, `${run}/jobs/a`, [draft(1), JOB_COMPLETED]);
    await append(url, run, [COMPLETED]);

    const lines = await bundle(`/v1/${run}/bundle`);
    const [header] = lines;
    const checkpoint = await signed(linesOf(lines, "checkpoint")[0]?.note ?? "");
    expect(header).toMatchObject({ kind: "bundle", scope: run, size: checkpoint.size });
    expect(lines.at(-1)?.kind).toBe("checkpoint");
    const events: EventLine[] = linesOf(lines, "event");
    expect(events.map(({ event: { scope, index } }) => [scope, index])).toEqual([
      [run, 1],
      [run, 2],
      [`${run}/jobs/a`, 1],
      [`${run}/jobs/a`, 2],
      [run, 3],
    ]);
    for (const { leaf, event, proof = [] } of events) {
      expect(leaf.hash).toBe(event.hash);
      expect(isIncluded(leaf, proof, checkpoint)).toBe(true);
    }
    const receipts = await Promise.all(linesOf(lines, "receipt").map(({ note }) => signed(note)));
    const own = receipts.find(({ origin }) => origin.endsWith(`/default/${run}`));
    const ownHashes = events
      .filter(({ event }) => event.scope === run)
      .map(({ event }) => leafHash(event.hash));
    expect(own?.size).toBe(3);
    expect(hex(own?.root)).toBe(hex(rootOf(ownHashes)));
    const job = events[3]?.event.hash;
    expect(own && parseHeadsBelow(own)).toEqual({
      form: "listed",
      heads: [{ scope: `${run}/jobs/a`, count: 2, hash: job }],
    });
    expect(receipts.map(({ size }) => size).sort()).toEqual([2, 3]);
    expect(await text(`/v1/${run}/receipt`)).toBe(
      linesOf(lines, "receipt").find(({ note }) => note.includes(`${run}\n`))?.note,
    );
  });

  test("of the tenant holds every leaf, from which the root can be worked out", async () => {
    await append(url, newRun(), [draft(1), draft(2), COMPLETED]);
    const lines = await bundle("/v1/bundle");
    const checkpoint = await signed(linesOf(lines, "checkpoint")[0]?.note ?? "");
    const leaves = linesOf(lines, "event").map(({ leaf }) => leaf);
    expect(leaves.map(({ sequence }) => sequence)).toEqual(
      Array.from({ length: checkpoint.size }, (_, i) => i + 1),
    );
    const root = rootOf(leaves.map((leaf) => leafHash(leafText(leaf))));
    expect(hex(root)).toBe(hex(checkpoint.root));
  });

  test("proves on request that the log has grown from a checkpoint that its reader knows", async () => {
    const run = newRun();
    await append(url, run, [draft(1)]);
    await bundle(`/v1/${run}/bundle`);
    const known = await signed(await text("/v1/checkpoint"));
    await append(url, run, [draft(2)]);
    const lines = await bundle(`/v1/${run}/bundle?known=${known.size}`);
    const { root, size } = await signed(linesOf(lines, "checkpoint")[0]?.note ?? "");
    const [line] = linesOf(lines, "consistency");
    expect(line?.from).toBe(known.size);
    expect(
      verifyConsistency({
        size1: known.size,
        size2: size,
        root1: known.root,
        root2: root,
        proof: hashes(line?.proof ?? []),
      }),
    ).toBe(true);
  });

  test("of a scope without events is not there", async () => {
    const { status, body } = await getJson(`${url}/v1/${newRun()}/bundle`);
    expect(status).toBe(404);
    expect(body).toMatchObject({ code: "not-found" });
  });
});

describe("a proof", () => {
  test("of inclusion leads from a leaf to a checkpoint, old or new", async () => {
    const run = newRun();
    const [first] = await append(url, run, [draft(1)]);
    await bundle(`/v1/${run}/bundle`);
    const { body: history } = await getJson<{ checkpoints: { note: string; size: number }[] }>(
      `${url}/v1/checkpoints?from=${first?.sequence ?? 0}`,
    );
    for (const { note, size } of history.checkpoints) {
      const { body } = await getJson<{ leaf: Leaf; proof: string[] }>(
        `${url}/v1/proofs/inclusion?sequence=${first?.sequence ?? 0}&size=${size}`,
      );
      expect(isIncluded(body.leaf, body.proof, await signed(note))).toBe(true);
    }
    expect(history.checkpoints.length).toBeGreaterThan(0);
  });

  test("of consistency leads from any published checkpoint to the newest", async () => {
    for (let i = 0; i < 3; i++) {
      const run = newRun();
      await append(url, run, [draft(i), COMPLETED]);
      await bundle(`/v1/${run}/bundle`);
    }
    const newest = await signed(await text("/v1/checkpoint"));
    const { body } = await getJson<{ checkpoints: { note: string }[] }>(`${url}/v1/checkpoints`);
    for (const { note } of body.checkpoints) {
      const { size, root } = await signed(note);
      const { body: answer } = await getJson<{ proof: string[] }>(
        `${url}/v1/proofs/consistency?from=${size}&to=${newest.size}`,
      );
      const proof = hashes(answer.proof);
      const claim = { size1: size, size2: newest.size, root1: root, root2: newest.root, proof };
      expect(verifyConsistency(claim)).toBe(true);
    }
  });

  test.each([
    ["inclusion?sequence=0", "/query/sequence"],
    ["inclusion?sequence=1&size=999999", "/query/size"],
    ["inclusion", "/query/sequence"],
    ["consistency?from=x", "/query/from"],
    ["consistency", "/query/from"],
    ["consistency?from=2&to=1", "/query/from"],
  ])("of %s is refused", async (path, pointer) => {
    const { status, body } = await getJson(`${url}/v1/proofs/${path}`);
    expect(status).toBe(400);
    expect(body).toMatchObject({ code: "bad-parameter", pointer });
  });
});

test("the history of checkpoints is paged by size", async () => {
  const sizes: number[] = [];
  for (let from: number | undefined = 0; from !== undefined;) {
    const { body }: { body: { checkpoints: { size: number }[]; next?: number } } = await getJson(
      `${url}/v1/checkpoints?from=${from}&limit=2`,
    );
    sizes.push(...body.checkpoints.map(({ size }) => size));
    from = body.next;
  }
  const { body } = await getJson<{ checkpoints: { size: number }[] }>(`${url}/v1/checkpoints`);
  expect(sizes).toEqual(body.checkpoints.map(({ size }) => size));
  expect(new Set(sizes).size).toBe(sizes.length);
});

test("a scope that has not ended has no receipt", async () => {
  const run = newRun();
  await append(url, run, [draft(1)]);
  const { status, body } = await getJson(`${url}/v1/${run}/receipt`);
  expect(status).toBe(404);
  expect(body).toMatchObject({ code: "not-found" });
});

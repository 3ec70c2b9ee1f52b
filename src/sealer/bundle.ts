import { base64 } from "@scure/base";
import { formatBundleLine, formatEventLine } from "../audit/bundle-line.js";
import { leafText, type EventLeaf, type ForeignLeaf, type Leaf } from "../audit/leaf.js";
import { parseCheckpoint } from "../audit/checkpoint.js";
import { leafHash } from "../audit/merkle-tree.js";
import { parseNote } from "../audit/note.js";
import { TILE_WIDTH } from "../audit/tile-tree.js";
import { scopeOfSubject, subjectOf } from "../envelope/scope.js";
import { readBounds } from "../log/bounds.js";
import type { HistorySource } from "../log/history.js";
import type { LogRecord } from "../log/record.js";
import { scan } from "../log/scan.js";
import type { Log } from "../log/stream.js";
import { eventLeaves, receiptEntry } from "./receipts.js";
import type { SealedTiles } from "./sealed-tiles.js";
import type { SealState } from "./seal-state.js";
import type { Sealer } from "./sealer.js";
import { CorruptSealsError } from "./sealing.js";

export interface BundleRequest {
  tenant: string;
  /** A scope's path; empty for the whole tenant. */
  scope: string;
  /** The size of a checkpoint that the reader knows, to prove that the log has grown from it. */
  known: number | undefined;
}

/** Receipts that are read side by side. */
const ABREAST = 64;

const utf8 = new TextDecoder();

/**
 * The lines of a bundle of everything that was sealed at the call, without line feeds. Holds one count a scope,
 * and nothing of the events.
 *
 * @throws the signal's reason when it aborts
 */
export async function* bundleLines(
  history: HistorySource,
  sealer: Sealer,
  request: BundleRequest,
  signal: AbortSignal,
): AsyncGenerator<string, void> {
  const { log } = history;
  const { tenant, scope, known } = request;
  const { state } = sealer;
  const { size, note, keys } = state;
  yield formatBundleLine({
    kind: "bundle",
    v: 1,
    origin: log.origin,
    tenant,
    scope,
    size,
    verifierKeys: keys.map(({ verifierKey }) => verifierKey),
  });
  const counts = new Map<string, number>();
  const count = (path: string) => counts.set(path, (counts.get(path) ?? 0) + 1);
  yield* scope === ""
    ? everyLeaf(log, sealer, tenant, state, count, signal)
    : leavesOfScope(history, sealer, request, state, count, signal);
  yield* receipts(sealer, tenant, counts, signal);
  if (known !== undefined) {
    const proof = await sealer.proofs.consistency(known, size);
    yield formatBundleLine({ kind: "consistency", from: known, proof: proof.map(base64.encode) });
  }
  yield formatBundleLine({ kind: "checkpoint", note: note ?? "" });
}

async function* leavesOfScope(
  history: HistorySource,
  { tiles, proofs }: Sealer,
  { tenant, scope }: BundleRequest,
  { size }: SealState,
  count: (path: string) => void,
  signal: AbortSignal,
): AsyncGenerator<string, void> {
  const encoded = new WeakMap<Uint8Array, string>();
  const proofOf = async (sequence: number): Promise<string[]> => {
    const hashes = await proofs.inclusion(sequence - 1, size);
    return hashes.map((hash) => {
      let text = encoded.get(hash);
      if (text === undefined) encoded.set(hash, (text = base64.encode(hash)));
      return text;
    });
  };
  const trimmed = Math.min(size, (await readBounds(history.log)).first - 1);
  for await (const leaf of eventLeaves(tiles, 0, trimmed, subjectOf(tenant, scope))) {
    signal.throwIfAborted();
    count(pathOf(leaf));
    yield formatBundleLine({ kind: "trimmed", leaf, proof: await proofOf(leaf.sequence) });
  }
  const wanted = { tenant, path: scope, after: trimmed, signal };
  for await (const { records } of history.read(wanted)) {
    for (const record of records) {
      if (record.sequence > size) return;
      const leaf = await readLeaf(tiles, record.sequence);
      // What was nothing, or no event, when it was sealed is none now.
      if (!("hash" in leaf)) continue;
      count(record.scope);
      yield formatEventLine(textOf(record), leaf, await proofOf(record.sequence));
    }
  }
  signal.throwIfAborted();
}

/** One line for each sequence, so that the root can be worked out again. */
async function* everyLeaf(
  log: Log,
  { tiles }: Sealer,
  tenant: string,
  { size }: SealState,
  count: (path: string) => void,
  signal: AbortSignal,
): AsyncGenerator<string, void> {
  const first = Math.min((await readBounds(log)).first, size + 1);
  for (let sequence = 1; sequence < first; sequence++) {
    if (sequence % TILE_WIDTH === 1) signal.throwIfAborted();
    yield lineWithoutEvent(await readLeaf(tiles, sequence), tenant, count);
  }
  for await (const places of scan(log, first, size, signal)) {
    for (const place of places) {
      const leaf = await readLeaf(tiles, place.sequence);
      const isOwn = "hash" in leaf && isOf(tenant, leaf);
      if (!isOwn || place.is !== "event") {
        yield lineWithoutEvent(leaf, tenant, count);
        continue;
      }
      count(pathOf(leaf));
      yield formatEventLine(textOf(place.record), leaf, undefined);
    }
  }
  signal.throwIfAborted();
}

function lineWithoutEvent(leaf: Leaf, tenant: string, count: (path: string) => void): string {
  if ("missing" in leaf) return formatBundleLine({ kind: "missing", leaf });
  if (!isOf(tenant, leaf)) {
    const { sequence } = leaf;
    const hash = base64.encode(leafHash(leafText(leaf)));
    return formatBundleLine({ kind: "hidden", leafHash: hash, sequence });
  }
  if ("foreign" in leaf) return formatBundleLine({ kind: "foreign", leaf });
  count(pathOf(leaf));
  return formatBundleLine({ kind: "trimmed", leaf });
}

function isOf(tenant: string, leaf: EventLeaf | ForeignLeaf): boolean {
  return leaf.subject.startsWith(`ev.${tenant}.`);
}

function pathOf({ subject }: EventLeaf): string {
  return scopeOfSubject(subject).path;
}

function textOf({ bytes }: LogRecord): string {
  return utf8.decode(bytes);
}

async function readLeaf(tiles: SealedTiles, sequence: number): Promise<Leaf> {
  const leaf = await tiles.readLeaf(sequence);
  if (!leaf) throw new CorruptSealsError(`the leaf of sequence ${sequence} is gone`);
  return leaf;
}

/** The receipts of scopes that had so many events when they were made. */
async function* receipts(
  { store }: Sealer,
  tenant: string,
  counts: ReadonlyMap<string, number>,
  signal: AbortSignal,
): AsyncGenerator<string, void> {
  const scopes = [...counts];
  for (let at = 0; at < scopes.length; at += ABREAST) {
    signal.throwIfAborted();
    const found = scopes.slice(at, at + ABREAST).map(async ([scope, count]) => {
      const entry = await store.read(receiptEntry({ tenant, scope }, "").name);
      // It may have been made after what this bundle is of.
      const { size } = entry ? parseCheckpoint(parseNote(entry.text).text) : { size: Infinity };
      return entry && size <= count ? [entry.text] : [];
    });
    for (const note of (await Promise.all(found)).flat()) {
      yield formatBundleLine({ kind: "receipt", note });
    }
  }
}

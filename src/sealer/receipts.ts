import { CompactRange, leafHash } from "../audit/merkle-tree.js";
import { signNote, type NoteSigner } from "../audit/note.js";
import { formatReceipt, headsBelow, type ScopeHead } from "../audit/receipt.js";
import type { EventLeaf } from "../audit/leaf.js";
import { TILE_WIDTH } from "../audit/tile-tree.js";
import { scopeOfSubject, subjectOf } from "../envelope/scope.js";
import { readBounds } from "../log/bounds.js";
import { readHistory } from "../log/history.js";
import { readScopes } from "../log/read.js";
import type { Entry } from "../log/seal-store.js";
import type { Log } from "../log/stream.js";
import type { OpenScopes, ScopeAccount, ScopeName } from "./open-scopes.js";
import type { SealedTiles } from "./sealed-tiles.js";

/** Receipts that are worked out side by side. */
const ABREAST = 32;

/** The name of a scope's receipt in the store. */
export function receiptEntry({ tenant, scope }: ScopeName, text: string): Entry {
  return { name: `receipts.${tenant}.${scope.replaceAll("/", ".")}`, text };
}

export interface ReceiptSources {
  log: Log;
  tiles: SealedTiles;
  open: OpenScopes;
  signer: NoteSigner;
}

/** The receipts of the scopes that are due, of how the log is after `size` events. */
export async function makeReceipts(
  sources: ReceiptSources,
  due: readonly ScopeName[],
  size: number,
  signal: AbortSignal,
): Promise<Entry[]> {
  const entries: Entry[] = [];
  for (let at = 0; at < due.length; at += ABREAST) {
    const made = due.slice(at, at + ABREAST).map(async (name) => {
      const account = await accountOf(sources, name, size, signal);
      const { origin } = sources.log;
      const text = formatReceipt({ origin, ...name, ...account, below: headsBelow(account.below) });
      return receiptEntry(name, signNote(text, [sources.signer]));
    });
    entries.push(...(await Promise.all(made)));
  }
  return entries;
}

async function accountOf(
  sources: ReceiptSources,
  name: ScopeName,
  size: number,
  signal: AbortSignal,
): Promise<ScopeAccount> {
  const { log, open } = sources;
  const below = new Set(open.below(name));
  // A scope below may have had its events before we listened.
  if (!isJob(name.scope)) {
    for (const subject of (await readScopes(log, name.tenant, name.scope)).keys()) {
      const { path } = scopeOfSubject(subject);
      if (path !== name.scope) below.add(path);
    }
  }
  return open.account(name, below) ?? (await readAccount(sources, name, size, signal));
}

function isJob(scope: string): boolean {
  return scope.split("/").at(-2) === "jobs";
}

/** The same from what is stored: the leaves of events that are trimmed, and the others' hashes. */
async function readAccount(
  { log, tiles }: ReceiptSources,
  { tenant, scope }: ScopeName,
  size: number,
  signal: AbortSignal,
): Promise<ScopeAccount> {
  const range = new CompactRange();
  const below = new Map<string, ScopeHead>();
  const add = (path: string, hash: string) => {
    if (path === scope) range.append(leafHash(hash));
    else below.set(path, { scope: path, count: (below.get(path)?.count ?? 0) + 1, hash });
  };
  const { first } = await readBounds(log);
  const trimmed = first - 1;
  for await (const { subject, hash } of eventLeaves(tiles, 0, trimmed, subjectOf(tenant, scope))) {
    add(scopeOfSubject(subject).path, hash);
  }
  const wanted = { tenant, path: scope, after: trimmed, signal };
  reading: for await (const records of readHistory(log, wanted)) {
    for (const record of records) {
      if (record.sequence > size) break reading;
      add(record.scope, record.hash);
    }
  }
  signal.throwIfAborted();
  return { count: range.size, root: range.root(), below: [...below.values()] };
}

/** The sealed leaves of a subject and of those below it, from one index to before another. */
export async function* eventLeaves(
  tiles: SealedTiles,
  from: number,
  to: number,
  subject: string,
): AsyncGenerator<EventLeaf, void> {
  const below = `${subject}.`;
  for (let at = from; at < to;) {
    const tile = Math.floor(at / TILE_WIDTH);
    const leaves = await tiles.readLeaves(tile);
    const end = Math.min(to, (tile + 1) * TILE_WIDTH);
    for (; at < end; at++) {
      const leaf = leaves[at % TILE_WIDTH];
      if (leaf === undefined || !("hash" in leaf)) continue;
      if (leaf.subject === subject || leaf.subject.startsWith(below)) yield leaf;
    }
  }
}

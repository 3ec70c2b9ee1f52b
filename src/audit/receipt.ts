import { canonicalHash } from "../envelope/hash.js";
import { formatCheckpoint, type Checkpoint } from "./checkpoint.js";
import { MalformedNoteError } from "./note.js";

/** The end of a scope's chain: how many events it has, and the hash of the last one. */
export interface ScopeHead {
  /** The scope's path. */
  scope: string;
  count: number;
  hash: string;
}

/**
 * How much a closed scope holds. Inclusion proofs cannot show that nothing was left out; this does: the root
 * is taken over the `hash` texts of the scope's own events, and the heads of all scopes below it are named.
 */
export interface Receipt {
  origin: string;
  tenant: string;
  scope: string;
  /** Events of the scope itself. */
  count: number;
  root: Uint8Array;
  below: HeadsBelow;
}

/** The heads below a scope, each of them, or where there are very many one hash for all. */
export type HeadsBelow =
  { form: "listed"; heads: readonly ScopeHead[] } | { form: "digest"; count: number; hash: string };

/** A note is read as a whole: up to so many heads are listed. */
const MAX_LISTED = 1000;

/** The heads as a receipt holds them. @param heads in any order */
export function headsBelow(heads: readonly ScopeHead[]): HeadsBelow {
  if (heads.length > MAX_LISTED) return digestOf(heads);
  return { form: "listed", heads: sorted(heads) };
}

/** One hash for all heads. @param heads in any order */
export function digestOf(heads: readonly ScopeHead[]): HeadsBelow & { form: "digest" } {
  return { form: "digest", count: heads.length, hash: canonicalHash(sorted(heads).map(headLine)) };
}

function sorted(heads: readonly ScopeHead[]): ScopeHead[] {
  return [...heads].sort((one, other) => (one.scope < other.scope ? -1 : 1));
}

/** The text to sign. */
export function formatReceipt({ origin, tenant, scope, count, root, below }: Receipt): string {
  const extensions =
    below.form === "listed" ? below.heads.map(headLine) : [`scopes ${below.count} ${below.hash}`];
  return formatCheckpoint({
    origin: receiptOrigin(origin, tenant, scope),
    size: count,
    root,
    extensions,
  });
}

/** The first line of a scope's receipt. */
export function receiptOrigin(origin: string, tenant: string, scope: string): string {
  return `${origin}/${tenant}/${scope}`;
}

function headLine({ scope, count, hash }: ScopeHead): string {
  return `${scope} ${count} ${hash}`;
}

const EXTENSION = /^(\S+) ([1-9]\d{0,14}) (sha256:[0-9a-f]{64})$/;

/**
 * What a receipt says of the scopes below.
 *
 * @throws MalformedNoteError
 */
export function parseHeadsBelow({ extensions }: Checkpoint): HeadsBelow {
  const heads = extensions.map((line): ScopeHead => {
    const [, scope, count, hash] = EXTENSION.exec(line) ?? [];
    if (scope === undefined || count === undefined || hash === undefined) {
      throw new MalformedNoteError(`${JSON.stringify(line)} is not the head of a scope`);
    }
    return { scope, count: Number(count), hash };
  });
  const [first] = heads;
  if (first?.scope !== "scopes") return { form: "listed", heads };
  if (heads.length > 1) throw new MalformedNoteError("one hash of all heads stands alone");
  return { form: "digest", count: first.count, hash: first.hash };
}

import { formatBundleLine, formatEventLine } from "../../src/audit/bundle-line.js";
import { formatCheckpoint } from "../../src/audit/checkpoint.js";
import { leafText, type Leaf } from "../../src/audit/leaf.js";
import {
  consistencyRanges,
  inclusionRanges,
  type LeafRange,
} from "../../src/audit/merkle-proof.js";
import { leafHash, rootOf } from "../../src/audit/merkle-tree.js";
import { noteSigner, signNote, type NoteSigner } from "../../src/audit/note.js";
import { formatReceipt, headsBelow } from "../../src/audit/receipt.js";
import { formatVerifierKey } from "../../src/audit/verifier-key.js";
import { closes } from "../../src/envelope/closes.js";
import type { EventEnvelope } from "../../src/envelope/envelope.js";
import { isWithin, subjectOf } from "../../src/envelope/scope.js";

export const ORIGIN = "runtrail.example/test";
export const TENANT = "default";

/** Signs in tests, and nowhere else. */
export const TEST_SIGNER = noteSigner(ORIGIN, new Uint8Array(32).fill(7));
export const TEST_KEY = formatVerifierKey(TEST_SIGNER.key);

/** One sequence of a log as it was sealed. */
export interface SealedEntry {
  leaf: Leaf;
  /** The stored bytes of the event; undefined where there is none to show. */
  text: string | undefined;
  /** How its line is told, where that is not as an event. */
  kind?: "redacted" | "trimmed" | "missing" | "foreign" | "hidden";
}

/** Seals events, given by their stored bytes, into the places of a log. */
export function sealEntries(events: readonly { text: string; time: string }[]): SealedEntry[] {
  return events.map(({ text, time }, i) => {
    const { hash, tenant, scope } = JSON.parse(text) as EventEnvelope;
    return { text, leaf: { hash, sequence: i + 1, subject: subjectOf(tenant, scope), time } };
  });
}

/** What somebody who has a whole log can make of it. */
export class TestLog {
  readonly #roots = new Map<string, Uint8Array>();

  constructor(
    readonly entries: readonly SealedEntry[],
    readonly signer: NoteSigner = TEST_SIGNER,
    readonly origin = ORIGIN,
  ) {}

  get size(): number {
    return this.entries.length;
  }

  /** The note of the log at a size. */
  checkpoint(size = this.size): string {
    const root = this.#rootOf({ from: 0, to: size });
    const text = formatCheckpoint({ origin: this.origin, size, root, extensions: [] });
    return signNote(text, [this.signer]);
  }

  /** The lines of the bundle of a scope; of the whole tenant, if that is empty. */
  bundle(scope: string, { from }: { from?: number } = {}): string[] {
    const isWhole = scope === "";
    const places = this.entries.flatMap((entry) => {
      const { sequence } = entry.leaf;
      if (isWhole) return [placeLine(entry, undefined)];
      if (!isWithin(scopeOf(entry), scope)) return [];
      const ranges = inclusionRanges(sequence - 1, this.size);
      return [placeLine(entry, this.#hashes(ranges))];
    });
    const growth =
      from === undefined
        ? []
        : [
            formatBundleLine({
              kind: "consistency",
              from,
              proof: this.#hashes(consistencyRanges(from, this.size)),
            }),
          ];
    return [
      formatBundleLine({
        kind: "bundle",
        v: 1,
        origin: this.origin,
        tenant: TENANT,
        scope,
        size: this.size,
        verifierKeys: [formatVerifierKey(this.signer.key)],
      }),
      ...places,
      ...this.#receipts(scope).map((note) => formatBundleLine({ kind: "receipt", note })),
      ...growth,
      formatBundleLine({ kind: "checkpoint", note: this.checkpoint() }),
    ];
  }

  /** The receipt of a scope, with the events that are there now. */
  receipt(scope: string): string {
    const hashes = new Map<string, string[]>();
    for (const entry of this.entries) {
      if (!("hash" in entry.leaf) || !isWithin(scopeOf(entry), scope)) continue;
      hashes.set(scopeOf(entry), [...(hashes.get(scopeOf(entry)) ?? []), entry.leaf.hash]);
    }
    const own = hashes.get(scope) ?? [];
    hashes.delete(scope);
    const below = [...hashes].map(([name, all]) => ({
      scope: name,
      count: all.length,
      hash: all.at(-1) ?? "",
    }));
    const text = formatReceipt({
      origin: this.origin,
      tenant: TENANT,
      scope,
      count: own.length,
      root: rootOf(own.map(leafHash)),
      below: headsBelow(below),
    });
    return signNote(text, [this.signer]);
  }

  /** Of all scopes that have ended, in the order of their ends. */
  #receipts(scope: string): string[] {
    return this.entries.flatMap(({ text }) => {
      const event = text === undefined ? undefined : (JSON.parse(text) as EventEnvelope);
      const isEnd = event && isWithin(event.scope, scope) && closes(event.scope, event.type);
      return isEnd ? [this.receipt(event.scope)] : [];
    });
  }

  #hashes(ranges: readonly LeafRange[]): string[] {
    return ranges.map((range) => Buffer.from(this.#rootOf(range)).toString("base64"));
  }

  #rootOf({ from, to }: LeafRange): Uint8Array {
    const name = `${from}-${to}`;
    const root =
      this.#roots.get(name) ??
      rootOf(this.entries.slice(from, to).map(({ leaf }) => leafHash(leafText(leaf))));
    this.#roots.set(name, root);
    return root;
  }
}

function scopeOf({ leaf }: SealedEntry): string {
  return "subject" in leaf ? leaf.subject.split(".").slice(2).join("/") : "";
}

function placeLine({ leaf, text, kind }: SealedEntry, proof: string[] | undefined): string {
  if (kind === "hidden") {
    const hash = Buffer.from(leafHash(leafText(leaf))).toString("base64");
    return formatBundleLine({ kind, leafHash: hash, sequence: leaf.sequence });
  }
  const proven = proof && { proof };
  if ("missing" in leaf) return formatBundleLine({ kind: "missing", leaf, ...proven });
  if ("foreign" in leaf) return formatBundleLine({ kind: "foreign", leaf, ...proven });
  if (kind === "redacted" || kind === "trimmed") return formatBundleLine({ kind, leaf, ...proven });
  return formatEventLine(text ?? "", leaf, proof);
}

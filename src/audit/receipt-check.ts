import { isWithin } from "../envelope/scope.js";
import type { BundleHeader } from "./bundle-line.js";
import { parseCheckpoint, type Checkpoint } from "./checkpoint.js";
import type { Find } from "./finding.js";
import type { Incompleteness } from "./incomplete.js";
import type { MissingEvents } from "./missing-events.js";
import { MalformedNoteError, parseNote, verifyNote } from "./note.js";
import { digestOf, parseHeadsBelow, receiptOrigin, type HeadsBelow } from "./receipt.js";
import type { Chain, ScopeChains } from "./scope-chains.js";
import type { VerifierKey } from "./verifier-key.js";

/** What receipts are held against. All events have been seen when the first receipt comes. */
export interface ReceiptContext {
  header: BundleHeader;
  keys: readonly VerifierKey[];
  chains: ScopeChains;
  missing: MissingEvents;
  incomplete: Incompleteness;
  /** Whether it has been told that events are not of the header's log or scope: then receipts are neither. */
  isHomeTold: () => boolean;
}

/** Holds receipts against the events of a bundle. */
export class ReceiptCheck {
  readonly #context: ReceiptContext;
  readonly #find: Find;
  /** Scopes of which it has been told that events are missing. */
  readonly #short = new Set<string>();
  #trusted = 0;

  constructor(context: ReceiptContext, find: Find) {
    this.#context = context;
    this.#find = find;
  }

  /** How many receipts were signed by a key that is trusted. */
  get trusted(): number {
    return this.#trusted;
  }

  check(note: string): void {
    try {
      const signed = parseNote(note);
      const scope = this.#scopeIn(signed.text);
      const { outcome } = verifyNote(signed, this.#context.keys);
      if (outcome === "unknown") this.#context.incomplete.add("untrusted-receipt", scope);
      else if (outcome === "forged") {
        const detail = "the receipt was altered, or its signature is forged";
        this.#find("signature", detail, scope === undefined ? {} : { scope });
      } else this.#compare(scope, parseCheckpoint(signed.text));
    } catch (error) {
      if (!(error instanceof MalformedNoteError)) throw error;
      this.#find("receipt", error.message);
    }
  }

  /** The scope that the first line names; undefined where that is of another log or tenant. */
  #scopeIn(text: string): string | undefined {
    const { origin, tenant } = this.#context.header;
    const prefix = receiptOrigin(origin, tenant, "");
    return text.startsWith(prefix) ? text.slice(prefix.length, text.indexOf("\n")) : undefined;
  }

  #compare(scope: string | undefined, receipt: Checkpoint): void {
    const { header, isHomeTold } = this.#context;
    if (scope === undefined) {
      const detail = `the receipt is of ${receipt.origin}, not of this log and tenant`;
      if (!isHomeTold()) this.#find("origin", detail);
      return;
    }
    // The receipt of a run tells too how much is in the job that ended with it.
    if (!isWithin(scope, header.scope) && !isWithin(header.scope, scope)) {
      const detail = `the receipt is not of ${header.scope} or a scope below it`;
      if (!isHomeTold()) this.#find("scope", detail, { scope });
      return;
    }
    const below = parseHeadsBelow(receipt);
    this.#trusted++;
    if (isWithin(scope, header.scope)) this.#compareOwn(scope, receipt);
    if (below.form === "listed") this.#compareListed(scope, below);
    else if (isWithin(scope, header.scope)) this.#compareDigest(scope, below);
  }

  #compareOwn(scope: string, { size, root }: Checkpoint): void {
    const chain = this.#demandCount(scope, size);
    if (!chain || chain.isDoubtful) return;
    const actual = chain.range.root();
    if (root.every((byte, i) => byte === actual[i])) return;
    chain.isDoubtful = true;
    this.#find("receipt", `its ${size} events are not those of its receipt`, { scope });
  }

  #compareListed(scope: string, { heads }: HeadsBelow & { form: "listed" }): void {
    const { chains, header, incomplete } = this.#context;
    for (const head of heads) {
      if (!isWithin(head.scope, header.scope)) continue;
      const chain = this.#demandCount(head.scope, head.count);
      if (!chain || chain.isDoubtful || chain.hash === head.hash) continue;
      chain.isDoubtful = true;
      const detail = `its last event is not the one that the receipt of ${scope} names`;
      this.#find("receipt", detail, { scope: head.scope, index: head.count });
    }
    const listed = new Set(heads.map((head) => head.scope));
    for (const chain of chains.below(scope)) {
      if (!listed.has(chain.scope)) incomplete.add("outgrown", scope);
    }
  }

  #compareDigest(scope: string, expected: HeadsBelow & { form: "digest" }): void {
    const below = this.#context.chains.below(scope);
    const { count, hash } = digestOf(below);
    if (count === expected.count && hash === expected.hash) {
      for (const chain of below) chain.isCovered = true;
    } else if (!below.some((chain) => chain.isDoubtful || this.#short.has(chain.scope))) {
      const detail = `the ${count} scopes below are not the ${expected.count} of its receipt`;
      this.#find("receipt", detail, { scope });
    }
  }

  /** The chain of a scope, if it has as many events as a receipt says. */
  #demandCount(scope: string, expected: number): Chain | undefined {
    const { chains, incomplete, missing } = this.#context;
    const chain = chains.get(scope);
    const count = chain?.count ?? 0;
    if (chain) chain.isCovered = true;
    if (count === expected) return chain;
    if (count > expected) incomplete.add("outgrown", scope);
    else if (!this.#short.has(scope)) {
      this.#short.add(scope);
      if (missing.explain(expected - count)) return undefined;
      const detail = `it has ${expected} events by its receipt, and ${count} are here`;
      this.#find("receipt", detail, { scope, expected });
    }
    return undefined;
  }
}

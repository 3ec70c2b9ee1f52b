import type { BundleHeader } from "./bundle-line.js";
import type { BundleSummary, PlaceCounts } from "./bundle-summary.js";
import type { Checkpoint } from "./checkpoint.js";
import { checkRemembered, checkSize, type Remembered } from "./checkpoint-check.js";
import { EventLineReader } from "./event-line.js";
import { findingAt, type BundleCheck, type BundleFinding, type Find } from "./finding.js";
import { Incompleteness } from "./incomplete.js";
import type { OverlongLine } from "./line-splitter.js";
import { MissingEvents } from "./missing-events.js";
import type { Place } from "./place.js";
import { PlaceCheck } from "./place-check.js";
import { readBundleLine, type LineFlaw, type ReadLine } from "./read-line.js";
import { ReceiptCheck } from "./receipt-check.js";
import { ScopeChains, type Chain } from "./scope-chains.js";
import { openCheckpoint, type SealedCheckpoint } from "./sealed-checkpoint.js";
import { ProvenTree, WholeTree } from "./sealed-tree.js";
import { SequenceOrder } from "./sequence-order.js";
import type { VerifierKey } from "./verifier-key.js";

/** Whom to trust, and what is known already. */
export interface BundleTrust {
  keys: readonly VerifierKey[];
  remembered: Remembered;
}

/** What tells that leaves are not those that were sealed: their root then needs no finding of its own. */
const EXPLAINS_ROOT: ReadonlySet<BundleCheck> = new Set<BundleCheck>([
  "canonical",
  "shape",
  "leaf",
  "prev",
  "index",
  "gap",
]);

/**
 * Checks a bundle, line by line. Holds one hash and one small tree a scope, and nothing of the events, so
 * that bundles may be of any length.
 *
 * Finds whatever was altered, left out, put in or moved since the checkpoint was signed, given a key that
 * signs the log; and that the log was written anew, given a checkpoint or a size from before. One change
 * is one finding where that can be told apart. No verifier can find what was never submitted, or was
 * written anew before the first checkpoint.
 */
export class BundleVerifier {
  readonly #trust: BundleTrust;
  readonly #onPlace: ((place: Place) => void) | undefined;
  readonly #missing = new MissingEvents();
  readonly #chains = new ScopeChains(this.#missing);
  readonly #eventLines = new EventLineReader();
  readonly #incomplete = new Incompleteness();
  readonly #places: PlaceCounts = {
    event: 0,
    redacted: 0,
    trimmed: 0,
    missing: 0,
    foreign: 0,
    hidden: 0,
  };
  #stage: "header" | "places" | "notes" | "end" = "header";
  #lines = 0;
  #isFinished = false;
  #found = 0;
  #findings: BundleFinding[] = [];
  #isRootExplained = false;
  #header: BundleHeader | undefined;
  #order = new SequenceOrder(false, this.#missing);
  #tree: WholeTree | ProvenTree | undefined;
  #placeCheck: PlaceCheck | undefined;
  #receiptCheck: ReceiptCheck | undefined;
  /** Whether the lines that lack at the end of a whole bundle are those that could not be read. */
  #isTailTold = true;
  #growthProof: readonly string[] | undefined;
  #sealed: SealedCheckpoint | undefined;
  #note: string | undefined;

  /** @param onPlace is shown each line that is for a place of the log, to hold something else against it */
  constructor(trust: BundleTrust, onPlace?: (place: Place) => void) {
    this.#trust = trust;
    this.#onPlace = onPlace;
  }

  /** The note of the checkpoint, where a key that is trusted has signed it. */
  get note(): string | undefined {
    return this.#sealed?.outcome === "signed" ? this.#note : undefined;
  }

  /** What does not hold at the next line, given without its line end. */
  check(line: Uint8Array): readonly BundleFinding[] {
    const place = this.#stage === "places" ? this.#eventLines.read(line) : undefined;
    if (!place) return this.#take(readBundleLine(line));
    this.#begin();
    this.#takePlace(place, undefined);
    return this.#findings;
  }

  /** The same, for a line of which only the length is known. */
  passOver({ byteLength }: OverlongLine): readonly BundleFinding[] {
    const detail = `is longer than a line of a bundle can be: ${byteLength} bytes`;
    return this.#take({
      kind: "unreadable",
      flaw: { check: "canonical", detail },
      was: undefined,
    });
  }

  /** What does not hold as a whole. To be called once, when all lines have come. */
  finish(): { findings: readonly BundleFinding[]; summary: BundleSummary } {
    this.#findings = [];
    this.#isFinished = true;
    const sealed = this.#sealed;
    this.#conclude(sealed?.outcome === "signed" ? sealed.checkpoint : undefined);
    return { findings: this.#findings, summary: this.#summarize([...this.#chains.all()]) };
  }

  #take(read: ReadLine): readonly BundleFinding[] {
    this.#begin();
    if (this.#stage === "header") this.#open(read);
    else if (read.kind === "bundle") this.#find("shape", "a bundle has one header, its first line");
    switch (read.kind) {
      case "bundle":
        break;
      case "place":
        this.#takePlace(read.place, read.flaw);
        break;
      case "unreadable":
        this.#find(read.flaw.check, read.flaw.detail);
        this.#takeUnreadable(read.was);
        break;
      case "receipt":
        this.#endPlaces();
        if (this.#isOpenFor("a receipt")) this.#receiptCheck?.check(read.note);
        break;
      case "consistency":
        this.#endPlaces();
        if (this.#isOpenFor("a proof of consistency")) this.#takeConsistency(read);
        break;
      case "checkpoint":
        this.#endPlaces();
        if (this.#isOpenFor("another checkpoint")) this.#seal(read.note);
        break;
    }
    return this.#findings;
  }

  #begin(): void {
    this.#lines++;
    // What was given out is the caller's; of nearly all lines nothing is.
    if (this.#findings.length > 0) this.#findings = [];
  }

  /** The first line. */
  #open(read: ReadLine): void {
    const isHeader = read.kind === "bundle";
    // What cannot be read is taken for the header, so that it is one finding.
    if (!isHeader && read.kind !== "unreadable")
      this.#find("shape", "a bundle starts with its header");
    this.#stage = "places";
    const header = isHeader ? read.header : undefined;
    const isWhole = header?.scope === "";
    this.#header = header;
    this.#order = new SequenceOrder(isWhole, this.#missing);
    const context = { chains: this.#chains, missing: this.#missing, incomplete: this.#incomplete };
    if (header) {
      const { keys, remembered } = this.#trust;
      this.#tree = isWhole
        ? new WholeTree(remembered.checkpoint?.size, this.#find)
        : new ProvenTree(header.size, this.#find);
      const isHomeTold = () => this.#placeCheck?.isHomeTold === true;
      this.#receiptCheck = new ReceiptCheck({ ...context, header, keys, isHomeTold }, this.#find);
    }
    this.#placeCheck = new PlaceCheck(
      {
        ...context,
        header,
        order: this.#order,
        grow: (place) => this.#tree?.add(place, this.#lines) ?? true,
      },
      this.#find,
    );
  }

  #takePlace(place: Place, flaw: LineFlaw | undefined): void {
    const { kind, sequence, sealed } = place;
    if (this.#stage !== "places") {
      this.#find("shape", "leaves come before receipts and the checkpoint", { sequence });
      return;
    }
    this.#places[kind]++;
    if (kind === "redacted" || kind === "trimmed") this.#incomplete.add(kind, sealed?.scope);
    this.#placeCheck?.check(place, flaw);
    this.#onPlace?.(place);
  }

  #takeUnreadable(was: string | undefined): void {
    if (was === "checkpoint") this.#sealed ??= { outcome: "malformed", detail: "" };
    if (was === "checkpoint" || was === "receipt" || was === "consistency") this.#endPlaces();
    else if (this.#stage === "places" && this.#lines > 1) this.#order.passOver();
  }

  #takeConsistency({ from, proof }: { from: number; proof: readonly string[] }): void {
    if (from === this.#trust.remembered.checkpoint?.size) this.#growthProof = proof;
  }

  #seal(note: string): void {
    const sealed = openCheckpoint(note, this.#trust.keys);
    if ("detail" in sealed) this.#find("signature", sealed.detail);
    this.#sealed = sealed;
    this.#note = note;
    this.#stage = "end";
  }

  #endPlaces(): void {
    if (this.#stage !== "places") return;
    this.#stage = "notes";
    if (this.#header) this.#isTailTold = this.#order.end(this.#header.size);
  }

  #isOpenFor(what: string): boolean {
    if (this.#stage === "end") this.#find("shape", `behind the checkpoint stands ${what}`);
    return this.#stage !== "end";
  }

  #conclude(checkpoint: Checkpoint | undefined): void {
    const header = this.#header;
    if (!header) return;
    const isRight = this.#judge(header, checkpoint);
    const { remembered } = this.#trust;
    if (checkpoint && (remembered.checkpoint?.origin ?? checkpoint.origin) === checkpoint.origin) {
      const isWhole = this.#tree instanceof WholeTree;
      const earlierRoot = isWhole ? (this.#tree as WholeTree).earlierRoot : undefined;
      checkRemembered(
        checkpoint,
        remembered,
        isWhole && isRight !== true ? undefined : { earlierRoot, proof: this.#growthProof },
        { find: this.#find, incomplete: this.#incomplete },
      );
    }
    for (const chain of this.#chains.all()) {
      if (chain.isClosed && !chain.isCovered) this.#incomplete.add("unreceipted", chain.scope);
    }
    const own = this.#chains.get(header.scope);
    if (header.scope !== "" && !(own && isEnded(own))) this.#incomplete.add("open", header.scope);
  }

  /** Whether the leaves are those of the checkpoint; undefined where that cannot be said. */
  #judge(header: BundleHeader, checkpoint: Checkpoint | undefined): boolean | undefined {
    if (checkpoint) {
      const { origin } = checkpoint;
      if (origin !== header.origin && this.#placeCheck?.isHomeTold !== true) {
        this.#find("origin", `the checkpoint is of ${origin}, not of ${header.origin}`);
      }
      const leaves = { last: this.#order.last, isTold: this.#isTailTold };
      if (!checkSize(header, checkpoint, leaves, this.#find)) return undefined;
    }
    return this.#tree?.judge({ checkpoint, isExplained: this.#isRootExplained });
  }

  #summarize(scopes: readonly Chain[]): BundleSummary {
    const header = this.#header;
    const sealed = this.#sealed;
    const isSigned = sealed?.outcome === "signed";
    return {
      header: header && { origin: header.origin, tenant: header.tenant, scope: header.scope },
      size: isSigned ? sealed.checkpoint.size : undefined,
      signedBy: isSigned ? sealed.by.map(({ name, keyId }) => `${name}+${keyId}`) : [],
      lines: this.#lines,
      places: this.#places,
      scopes: scopes.length,
      openScopes: scopes.filter((chain) => !isEnded(chain)).length,
      receipts: this.#receiptCheck?.trusted ?? 0,
      findings: this.#found,
      incomplete: this.#incomplete.all,
      undecided: this.#undecided(),
    };
  }

  #undecided(): string | undefined {
    const sealed = this.#sealed;
    if (!sealed) return "it ends before its checkpoint: it was cut off";
    if (sealed.outcome === "unknown") {
      return `none of the keys has signed its checkpoint; it is signed by ${sealed.signers.join(", ")}`;
    }
    const isEmpty = Object.values(this.#places).every((count) => count === 0);
    if (isEmpty && this.#header?.scope !== "") return "it holds no events";
    const earlier = this.#trust.remembered.checkpoint;
    if (sealed.outcome !== "signed" || !earlier || earlier.origin === sealed.checkpoint.origin) {
      return undefined;
    }
    return `the remembered checkpoint is of ${earlier.origin}, and this one of ${sealed.checkpoint.origin}`;
  }

  readonly #find: Find = (check, detail, at = {}) => {
    const line = this.#isFinished ? {} : { line: this.#lines };
    this.#findings.push(findingAt(check, detail, { ...line, ...at }));
    this.#found++;
    if (EXPLAINS_ROOT.has(check)) this.#isRootExplained = true;
  };
}

function isEnded({ isClosed, isCovered }: Chain): boolean {
  return isClosed || isCovered;
}

import type { BundleSummary, BundleVerdict } from "../audit/bundle-summary.js";
import type { BundleFinding } from "../audit/finding.js";
import type { Incomplete, IncompleteReason } from "../audit/incomplete.js";
import type { ChainFinding } from "../audit/verify-chain.js";
import { counted } from "./counted.js";
import { painterFor, printable } from "./colour.js";
import { ProgressBar } from "./progress-bar.js";

/** It holds, but is not all that there is to check. */
export const INCOMPLETE = 3;

/** Findings that are printed one by one; of more, only their number is told. */
const MAX_PRINTED = 100;

/** Prints findings as they are made, and how far the work has come. */
export class VerifyReport {
  readonly #bar = new ProgressBar();
  #found = 0;

  constructor(readonly isJson: boolean) {}

  tell(finding: BundleFinding | ChainFinding): void {
    if (++this.#found > MAX_PRINTED && !this.isJson) return;
    this.#bar.clear();
    process.stdout.write(
      this.isJson
        ? `${JSON.stringify({ kind: "finding", ...finding })}\n`
        : `${findingLine(finding)}\n`,
    );
  }

  progress(share: number | undefined, text: string): void {
    this.#bar.draw(share, text);
  }

  /** Wipes the progress away. */
  clear(): void {
    this.#bar.clear();
  }

  /** Tells how many findings were not printed. */
  end(): void {
    this.clear();
    const more = this.#found - MAX_PRINTED;
    if (more > 0 && !this.isJson) process.stdout.write(`… and ${counted(more, "more finding")}\n`);
  }
}

function findingLine(finding: BundleFinding | ChainFinding): string {
  const { check, sequence, scope, index, detail } = finding;
  const line = "line" in finding ? finding.line : undefined;
  const at =
    sequence !== undefined
      ? ` at sequence ${sequence}`
      : line !== undefined
        ? ` at line ${line}`
        : "";
  const where =
    scope === undefined ? "" : ` ${scope}${index === undefined ? "" : ` event ${index}`}`;
  const paint = painterFor(process.stdout);
  // What stands there was written by whoever made the bundle.
  return `${paint("red", check)}${printable(`${at}${where}: ${detail}`, false)}`;
}

/** Beyond what the bundle itself tells. */
export interface ConclusionContext {
  /** Whether the keys are those that the server names. */
  isOwnWord: boolean;
}

/** One line that says what was checked, how much of it, and what came of it. */
export function conclude(
  summary: BundleSummary,
  verdict: BundleVerdict,
  { isOwnWord }: ConclusionContext,
): string {
  const paint = painterFor(process.stdout);
  const { header, places, scopes, size, signedBy, findings, incomplete } = summary;
  const what = header ? `${header.scope || "everything"} of ${header.origin}` : "a bundle";
  const events = `${counted(places.event, "event")} of ${counted(scopes, "scope")}`;
  const checked = printable(`${what}, ${events} checked`, false);
  if (verdict === "tampered") {
    return `${paint("red", "does not hold")}: ${checked}, ${counted(findings, "finding")}`;
  }
  const receipts = summary.receipts > 0 ? `, ${counted(summary.receipts, "receipt")}` : "";
  const by = printable(signedBy.join(", "), false);
  const word = isOwnWord ? " (that this is the log's key is the server's own word)" : "";
  const upTo = `up to the checkpoint of ${size ?? 0} leaves, signed by ${by}${word}`;
  const reasons = incomplete.map(reasonText).join("; ");
  if (verdict === "incomplete") {
    return `${paint("yellow", "holds, but is incomplete")}: ${checked}${receipts}, ${upTo}; ${reasons}`;
  }
  const allowed = reasons === "" ? "" : `; ${reasons}`;
  return `${paint("green", "holds")}: ${checked}${receipts}, every hash, link and proof is right, ${upTo}${allowed}`;
}

const REASONS: Record<IncompleteReason, (count: number, scope: string) => string> = {
  redacted: (count) => `${count} events were left out by whoever handed this on`,
  trimmed: (count) => `${count} events are past their retention`,
  open: (_, scope) => `${scope} has not ended`,
  unreceipted: (count, scope) => `${counted(count, "scope")} ended without a receipt (${scope})`,
  outgrown: (count, scope) =>
    `${counted(count, "scope")} with more events than the receipt says (${scope})`,
  "untrusted-receipt": (count) => `${counted(count, "receipt")} signed by none of the keys`,
  "unproven-growth": () => "nothing shows that the log has grown from the remembered checkpoint",
};

function reasonText({ reason, count, scope }: Incomplete): string {
  return REASONS[reason](count, scope ?? "");
}

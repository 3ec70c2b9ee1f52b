import type { IncompleteReason } from "../../audit/incomplete.js";
import { countOf, countText } from "../app/format.js";
import type { ProofFinding, ProofReport } from "./proof-report.js";

/** What the checks amount to, in words. */
export type Verdict =
  | {
      is: "verifying" | "verified" | "unsealed" | "incomplete" | "new-key" | "unknown";
      word: string;
      detail: string;
    }
  | { is: "broken"; word: string; detail: string; finding: ProofFinding };

/** How much of a timeline is here, and whether that is all of it. */
export interface Extent {
  events: number;
  isCaughtUp: boolean;
  hasEnded: boolean;
  /** Events were let go before they could be checked. */
  isTornOff: boolean;
}

/**
 * What may be said of a timeline. Verified is said only where hashes, chains, inclusion and signature of all
 * that is sealed were checked here, and of what has ended that nothing is left out.
 */
export function verdictOf(report: ProofReport | undefined, extent: Extent): Verdict {
  const { events, isCaughtUp, hasEnded } = extent;
  const finding = report?.findings[0];
  if (finding) {
    const at = finding.sequence === undefined ? "" : ` at #${finding.sequence}`;
    return { is: "broken", word: `Broken${at}`, detail: finding.check, finding };
  }
  if (report?.strangeKeys) {
    return { is: "new-key", word: "Another key", detail: "signs this log now" };
  }
  const of = `${countText(report?.passing ?? 0)} of ${countText(events)}`;
  const verifying: Verdict = { is: "verifying", word: `Verifying ${of}`, detail: "" };
  if (!report) return verifying;
  if (report.trouble !== undefined) {
    return { is: "unknown", word: "Not verified", detail: report.trouble };
  }
  if (!isCaughtUp || report.chained < events) return verifying;
  const open = Math.min(events, report.chained) - report.sealed;
  if (!report.isPassed) {
    return report.isAwaitingSeal
      ? { is: "unsealed", word: "Not sealed yet", detail: countOf(open, "event") }
      : verifying;
  }
  if (hasEnded && !report.isWhole) return verifying;
  if (report.isFull || extent.isTornOff || report.incomplete.length > 0) {
    return { is: "incomplete", word: "Incomplete", detail: `${countText(report.sealed)} verified` };
  }
  if (open > 0) {
    const detail = `${countText(open)} not sealed yet`;
    return report.sealed === 0
      ? { is: "unsealed", word: "Not sealed yet", detail: countOf(open, "event") }
      : { is: "verified", word: `Verified ${countText(report.sealed)}`, detail };
  }
  return { is: "verified", word: "Verified", detail: countOf(report.sealed, "event") };
}

/** Why what holds is not all. */
export const REASONS: Record<IncompleteReason, (count: number) => string> = {
  redacted: (count) => `${countOf(count, "event was", "events were")} left out by the server.`,
  trimmed: (count) =>
    `${countOf(count, "event is", "events are")} past retention: sealed, and no longer there to be read.`,
  open: () => "It has not ended.",
  unreceipted: (count) =>
    `${countOf(count, "scope")} ended without a receipt that says how much there is.`,
  outgrown: (count) =>
    `${countOf(count, "scope has", "scopes have")} more events than its receipt says.`,
  "untrusted-receipt": (count) =>
    `${countOf(count, "receipt")} signed by a key that is not trusted.`,
  "unproven-growth": () =>
    "Nothing shows that the log has grown from the checkpoint that is remembered.",
};

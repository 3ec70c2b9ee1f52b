import type { BundleHeader } from "./bundle-line.js";
import type { Incomplete } from "./incomplete.js";
import type { Place } from "./place.js";

/** How many lines there were for places of the log. */
export type PlaceCounts = Record<Place["kind"], number>;

/** What was looked at, and what it adds up to. */
export interface BundleSummary {
  /** What the header says; undefined where it could not be read. */
  header: Pick<BundleHeader, "origin" | "tenant" | "scope"> | undefined;
  /** Of the checkpoint; undefined where none could be trusted. */
  size: number | undefined;
  /** `<name>+<key id>` of the trusted keys that have signed the checkpoint. */
  signedBy: string[];
  lines: number;
  places: PlaceCounts;
  scopes: number;
  /** Those that have not ended. */
  openScopes: number;
  /** Those that a trusted key has signed. */
  receipts: number;
  findings: number;
  incomplete: Incomplete[];
  /** Why nothing can be concluded; undefined where something can. */
  undecided: string | undefined;
}

/** What a summary amounts to. */
export type BundleVerdict = "holds" | "tampered" | "undecided" | "incomplete";

/** @param allowsRedacted whether what was left out by whoever handed the bundle on is no matter */
export function verdictOf(
  { findings, undecided, incomplete }: BundleSummary,
  allowsRedacted: boolean,
): BundleVerdict {
  if (findings > 0) return "tampered";
  if (undecided !== undefined) return "undecided";
  const isWhole = incomplete.every(({ reason }) => reason === "redacted" && allowsRedacted);
  return isWhole ? "holds" : "incomplete";
}

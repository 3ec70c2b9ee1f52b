/** Verification of what a Runtrail log has sealed, for browsers and Node.js. */
export { BundleVerifier, type BundleTrust } from "./verify-bundle.js";
export {
  verdictOf,
  type BundleSummary,
  type BundleVerdict,
  type PlaceCounts,
} from "./bundle-summary.js";
export type { BundleCheck, BundleFinding } from "./finding.js";
export type { Incomplete, IncompleteReason } from "./incomplete.js";
export { LineSplitter, MAX_LINE_BYTES, OverlongLine } from "./line-splitter.js";
export type { Checkpoint } from "./checkpoint.js";
export type { Remembered } from "./checkpoint-check.js";
export { compareCheckpoints, type Comparison } from "./compare-checkpoints.js";
export { openCheckpoint, type SealedCheckpoint } from "./sealed-checkpoint.js";
export {
  formatVerifierKey,
  MalformedVerifierKeyError,
  parseVerifierKey,
  type VerifierKey,
} from "./verifier-key.js";

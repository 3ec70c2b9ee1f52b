import type { BundleCheck } from "../../audit/finding.js";
import type { Incomplete } from "../../audit/incomplete.js";
import type { ChainCheck } from "../../audit/verify-chain.js";

/** One thing that does not hold. */
export interface ProofFinding {
  check: BundleCheck | ChainCheck;
  /** Of the event, where it is about one. */
  sequence: number | undefined;
  detail: string;
}

/** What is remembered of the log from one visit to the next. */
export interface Memory {
  /** The verifier keys that were trusted when the log was first seen, or since. */
  keys: readonly string[];
  /** The newest checkpoint that was found to hold. */
  note: string | undefined;
}

/** What has been checked so far, and what came of it. */
export interface ProofReport {
  /** Events of which bytes, hash and place in the chain were checked. */
  chained: number;
  /** So many were held against what was sealed, of which the signature may still be to come. */
  passing: number;
  /** The first so many are in a signed checkpoint. */
  sealed: number;
  /** The first thousand things that do not hold, and how many there are. */
  findings: readonly ProofFinding[];
  found: number;
  /** Why what holds is not all that there is. */
  incomplete: readonly Incomplete[];
  /** Receipts that were found to hold. */
  receipts: number;
  /** Of the newest checkpoint that holds; undefined: none does yet. */
  checkpoint: CheckedCheckpoint | undefined;
  /** Whose signatures are trusted. */
  keys: readonly string[];
  /** Whether the keys were trusted now, as nothing was remembered. */
  isFirstVisit: boolean;
  /** The size of the checkpoint that was remembered at first. */
  rememberedSize: number | undefined;
  /** What the log is signed with now, where that is none of the keys that are trusted. */
  strangeKeys: readonly string[] | undefined;
  /** Whether the newest checkpoint has none of the events that are still to be found in one. */
  isAwaitingSeal: boolean;
  /** Whether everything that there was at some time has been held against a bundle. */
  isPassed: boolean;
  /** Whether that has been done since the end, with the receipts. */
  isWhole: boolean;
  /** More events than are held in memory: those behind them are not checked. */
  isFull: boolean;
  /** Why nothing can be checked at the moment. */
  trouble: string | undefined;
}

export interface CheckedCheckpoint {
  note: string;
  origin: string;
  size: number;
  /** Base64. */
  root: string;
  signedBy: readonly string[];
  /** When it was checked here, in milliseconds since 1970. */
  checkedAt: number;
}

/** What the page tells the worker. */
export type ToWorker =
  | { kind: "start"; url: string; path: string; memory: Memory | undefined }
  | { kind: "events"; sequences: number[]; texts: string[]; isAfterGap: boolean }
  /** Everything that has happened so far has been told; and whether that is all that ever will. */
  | { kind: "caught-up"; hasEnded: boolean }
  /** The reader trusts the keys that the log is signed with now. */
  | { kind: "trust"; keys: readonly string[] };

/** What the worker tells the page. */
export type FromWorker =
  | { kind: "report"; report: ProofReport }
  /** The events that were told have been looked at: time for more. */
  | { kind: "more" }
  | { kind: "remember"; memory: Memory };

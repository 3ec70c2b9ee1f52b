import type { Hash } from "../envelope/hash.js";
import type { CursorText } from "./cursor.js";
import type { Problem } from "./problem.js";

/** What travels on a stream beside events, the same on every transport. */
export type ControlFrame =
  OpenFrame | CaughtUpFrame | CheckpointFrame | GapFrame | EndFrame | ErrorFrame;

/** The stream is open, and starts after `cursor`. */
export interface OpenFrame {
  kind: "open";
  scope: string;
  cursor: CursorText;
  /** Newest position of the log when the stream was opened. */
  head: CursorText;
  epoch: string;
  /** Of a durable subscription: what comes up to here has been sent before, and was not acknowledged. */
  redeliveredThrough?: CursorText;
  /** The scope's state as of its own `asOf`, where it was asked for. */
  snapshot?: unknown;
}

/** History is done; what follows happens now. */
export interface CaughtUpFrame {
  kind: "caught-up";
  cursor: CursorText;
}

/** Nothing but a position: events that a filter left out have been passed. */
export interface CheckpointFrame {
  kind: "checkpoint";
  cursor: CursorText;
}

export type GapReason = "retention" | "purge" | "epoch" | "ahead";

/** What the reader asked for and cannot be given. */
export interface GapFrame {
  kind: "gap";
  reason: GapReason;
  /** The cursor that was presented. */
  requested: string;
  /** The first sequence that is still there. */
  firstAvailable: number;
  /** Chain positions that are missing, for each scope where they are known. */
  lost: { scope: string; fromIndex?: number; toIndex: number }[];
}

/** The scope has ended, and everything in it has been sent. */
export interface EndFrame {
  kind: "end";
  cursor: CursorText;
  sequence: number;
  /** Events in the scope's own chain. */
  count: number;
  /** Hash of the last of them. */
  headHash: Hash;
  /** How it ended: `completed`, `failed`, `canceled` or `timed_out`. */
  status: string;
}

/** Something is wrong with the stream; it ends after this. */
export interface ErrorFrame {
  kind: "error";
  problem: Problem;
  /** Whether connecting again, with the same cursor, can help. */
  retryable: boolean;
  retryAfterMs?: number;
}

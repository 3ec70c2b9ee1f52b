import type { Hash } from "../envelope/hash.js";
import type { Problem } from "../wire/problem.js";

/** What became of one draft. Only `appended` and `duplicate` mean that the event is stored. */
export type AppendResult = Appended | Refused | Undecided;

/** The event is stored at this place; `duplicate`: it had been before. */
export interface Appended {
  outcome: "appended" | "duplicate";
  id: string;
  index: number;
  sequence: number;
  /** Where to read on from. */
  cursor: string;
  hash: Hash;
}

/** The event is not stored, and will not be however often it is sent. */
export interface Refused {
  outcome: "conflict" | "invalid";
  problem: Problem;
}

/** Nothing has been decided about this draft itself. */
export interface Undecided {
  /** `not-applied`: another draft of an all-or-none request was refused. */
  outcome: "not-applied" | "unavailable";
  problem: Problem;
}

import type { Hash } from "../envelope/hash.js";

/** What became of one draft. Only `appended` and `duplicate` mean that the event is stored. */
export type AppendResult = Stored | Conflict | Invalid | NotApplied | Unavailable;

/** The event is on disk (or on a quorum) at this place; `duplicate`: it had been before. */
export interface Stored {
  outcome: "appended" | "duplicate";
  id: string;
  index: number;
  sequence: number;
  hash: Hash;
}

/** Not stored, because of what the scope holds already. */
export interface Conflict {
  outcome: "conflict";
  code:
    | "conflict" // the draft's `expect` does not hold
    | "scope-closed" // the scope, or one that contains it, has ended
    | "id-reused"; // the id is taken by an event with other content
  detail: string;
  /** Index of the scope's newest event. */
  currentIndex: number;
}

/** Not stored, because of what the draft is. */
export interface Invalid {
  outcome: "invalid";
  code: "invalid-event" | "unknown-type" | "too-large";
  detail: string;
  /** RFC 6901 pointer into the draft. */
  pointer: string;
}

/** Not stored, because another draft of the same all-or-none request could not be. */
export interface NotApplied {
  outcome: "not-applied";
}

/** Not acknowledged: try again with the same id, which is then stored once even if this attempt got through. */
export interface Unavailable {
  outcome: "unavailable";
  code: "unavailable" | "overloaded";
  detail: string;
  retryAfterMs: number;
}

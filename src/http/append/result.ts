import type { AppendResult, Stored } from "../../publisher/result.js";
import { formatCursor, type CursorText } from "../../wire/cursor.js";
import { problem, type Problem } from "../../wire/problem.js";

/** What became of one draft, as it is told to the client. */
export type DraftResult = StoredResult | UnstoredResult;

export interface StoredResult extends Stored {
  /** Where to read on from. */
  cursor: CursorText;
}

export interface UnstoredResult {
  outcome: Exclude<AppendResult["outcome"], Stored["outcome"]>;
  /** Of NDJSON: the line of the draft, from 1. */
  line?: number;
  problem: Problem;
}

/** The publisher's result, with the log's cursor or the problem in the form that all problems have. */
export function resultOf(result: AppendResult, epoch: string): DraftResult {
  switch (result.outcome) {
    case "appended":
    case "duplicate":
      return { ...result, cursor: formatCursor(result.sequence, epoch) };
    case "conflict": {
      const { outcome, code, detail, currentIndex } = result;
      return { outcome, problem: problem(code, detail, { currentIndex }) };
    }
    case "invalid": {
      const { outcome, code, detail, pointer } = result;
      return { outcome, problem: problem(code, detail, { pointer }) };
    }
    case "unavailable": {
      const { outcome, code, detail, retryAfterMs } = result;
      return { outcome, problem: problem(code, detail, { retryAfterMs }) };
    }
    case "not-applied": {
      const detail = "Another draft of this all-or-none request could not be stored.";
      return { outcome: result.outcome, problem: problem("not-applied", detail) };
    }
  }
}

export function isStored(result: DraftResult): result is StoredResult {
  return result.outcome === "appended" || result.outcome === "duplicate";
}

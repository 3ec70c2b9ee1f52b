import { compareCheckpoints, type Comparison } from "../audit/compare-checkpoints.js";
import { parseCheckpoint, type Checkpoint } from "../audit/checkpoint.js";
import { findingAt } from "../audit/finding.js";
import { MalformedNoteError, parseNote } from "../audit/note.js";
import { openCheckpoint } from "../audit/sealed-checkpoint.js";
import type { VerifierKey } from "../audit/verifier-key.js";
import { painterFor } from "./colour.js";
import { CommandFailure, EXIT } from "./failure.js";
import { readNote } from "./trust.js";
import { INCOMPLETE, type VerifyReport } from "./verify-report.js";

/**
 * Compares two checkpoints that were told of one log, and tells whether they contradict each other.
 *
 * @param keys whom to trust; where there are none, signatures are not looked at, and it says so
 * @returns the status to exit with
 */
export async function verifyCompare(
  files: readonly string[],
  keys: readonly VerifierKey[],
  report: VerifyReport,
): Promise<number> {
  const [first, second, ...others] = files;
  if (first === undefined || second === undefined || others.length > 0) {
    throw new CommandFailure("--compare takes two files with a checkpoint each", EXIT.usage);
  }
  const one = await readCheckpoint(first, keys);
  const other = await readCheckpoint(second, keys);
  const forged = [one, other].filter((read) => typeof read === "string");
  for (const detail of forged) report.tell(findingAt("signature", detail, {}));
  if (typeof one === "string" || typeof other === "string") {
    return told(report, EXIT.failed, "a signature is not one", "forged");
  }
  return tell(compareCheckpoints(one, other), { files: [first, second], keys, report });
}

/** The checkpoint in a file, or what is wrong with its signature. */
async function readCheckpoint(
  file: string,
  keys: readonly VerifierKey[],
): Promise<Checkpoint | string> {
  const note = await readNote(file);
  if (keys.length === 0) return unsigned(file, note);
  const opened = openCheckpoint(note, keys);
  switch (opened.outcome) {
    case "signed":
      return opened.checkpoint;
    case "forged":
      return `${file}: ${opened.detail}`;
    case "malformed":
      throw new CommandFailure(`${file}: ${opened.detail}`, EXIT.usage);
    case "unknown": {
      const signers = opened.signers.join(", ");
      const message = `${file}: none of the keys has signed it; it is signed by ${signers}`;
      throw new CommandFailure(message, EXIT.usage);
    }
  }
}

function unsigned(file: string, note: string): Checkpoint {
  try {
    return parseCheckpoint(parseNote(note).text);
  } catch (cause) {
    if (!(cause instanceof MalformedNoteError)) throw cause;
    throw new CommandFailure(`${file}: ${cause.message}`, EXIT.usage, { cause });
  }
}

interface Compared {
  files: readonly [string, string];
  keys: readonly VerifierKey[];
  report: VerifyReport;
}

function tell(comparison: Comparison, { files, keys, report }: Compared): number {
  const [one, other] = files;
  const isUnchecked = keys.length === 0;
  const caveat = isUnchecked ? "; who signed them was not checked: name a key with --key" : "";
  switch (comparison.outcome) {
    case "other log":
      throw new CommandFailure(`${one} and ${other} are of two different logs`, EXIT.usage);
    case "fork": {
      const detail = `${one} and ${other} have two roots for the size ${comparison.size}${caveat}`;
      report.tell(findingAt("fork", detail, { expected: comparison.size }));
      return told(report, EXIT.failed, "two different things were told of one log", "fork");
    }
    case "sizes": {
      const { older, newer } = comparison;
      const text =
        `the sizes ${older.size} and ${newer.size} differ: whether the log has grown from one to the other, ` +
        `a proof shows (runtrail verify SCOPE --known-checkpoint OLDER)${caveat}`;
      return told(report, INCOMPLETE, text, "sizes");
    }
    case "same": {
      const text = `the same size and the same root${caveat}`;
      return told(report, isUnchecked ? INCOMPLETE : EXIT.ok, text, "same");
    }
  }
}

const WORDS = {
  [EXIT.ok]: ["green", "holds"],
  [EXIT.failed]: ["red", "does not hold"],
  [INCOMPLETE]: ["yellow", "not decided"],
} as const;

function told(
  report: VerifyReport,
  status: keyof typeof WORDS,
  text: string,
  outcome: string,
): number {
  report.end();
  const [colour, word] = WORDS[status];
  process.stdout.write(
    report.isJson
      ? `${JSON.stringify({ kind: "comparison", status, outcome })}\n`
      : `${painterFor(process.stdout)(colour, word)}: ${text}\n`,
  );
  return status;
}

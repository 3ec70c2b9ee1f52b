import { parseCheckpoint, type Checkpoint } from "./checkpoint.js";
import { MalformedNoteError, parseNote, verifyNote } from "./note.js";
import type { VerifierKey } from "./verifier-key.js";

/** A note that should be a checkpoint, to somebody who trusts some keys. */
export type SealedCheckpoint =
  | { outcome: "signed"; checkpoint: Checkpoint; by: VerifierKey[] }
  /** None of the keys has signed it; those who have are `<name>+<key id>`. */
  | { outcome: "unknown"; signers: string[] }
  /** It says to be signed by one of the keys, and is not. */
  | { outcome: "forged"; detail: string }
  | { outcome: "malformed"; detail: string };

/** Reads the note of a checkpoint and looks at its signatures. */
export function openCheckpoint(note: string, keys: readonly VerifierKey[]): SealedCheckpoint {
  try {
    const signed = parseNote(note);
    const verdict = verifyNote(signed, keys);
    switch (verdict.outcome) {
      case "unknown":
        return verdict;
      case "forged": {
        const { name, keyId } = verdict.by;
        const detail = `the checkpoint was altered, or the signature of ${name}+${keyId} is forged`;
        return { outcome: "forged", detail };
      }
      case "signed":
        return { ...verdict, checkpoint: parseCheckpoint(signed.text) };
    }
  } catch (error) {
    if (!(error instanceof MalformedNoteError)) throw error;
    return { outcome: "malformed", detail: `the checkpoint is malformed: ${error.message}` };
  }
}

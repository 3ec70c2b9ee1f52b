import { verdictOf } from "../../src/audit/bundle-summary.js";
import { parseCheckpoint } from "../../src/audit/checkpoint.js";
import { LineSplitter, OverlongLine } from "../../src/audit/line-splitter.js";
import { parseNote } from "../../src/audit/note.js";
import { parseVerifierKey } from "../../src/audit/verifier-key.js";
import { BundleVerifier } from "../../src/audit/verify-bundle.js";

/** Verifies a bundle in a page, from its bytes. */
export function verifyText(text: string, key: string, minSize: number, known: string | null) {
  const verifier = new BundleVerifier({
    keys: [parseVerifierKey(key)],
    remembered: {
      minSize,
      checkpoint: known === null ? undefined : parseCheckpoint(parseNote(known).text),
    },
  });
  const findings = [...new LineSplitter().push(new TextEncoder().encode(text))].flatMap((line) =>
    line instanceof OverlongLine ? verifier.passOver(line) : verifier.check(line),
  );
  const last = verifier.finish();
  return {
    findings: [...findings, ...last.findings],
    verdict: verdictOf(last.summary, false),
  };
}

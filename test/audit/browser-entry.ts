import {
  BundleVerifier,
  LineSplitter,
  openCheckpoint,
  OverlongLine,
  parseVerifierKey,
  verdictOf,
} from "../../src/audit/index.js";

/** Verifies a bundle in a page, from its bytes. */
export function verifyText(text: string, key: string, minSize: number, known: string | null) {
  const keys = [parseVerifierKey(key)];
  const opened = known === null ? undefined : openCheckpoint(known, keys);
  const checkpoint = opened?.outcome === "signed" ? opened.checkpoint : undefined;
  const verifier = new BundleVerifier({ keys, remembered: { minSize, checkpoint } });
  const bytes = new TextEncoder().encode(text);
  const findings = [...new LineSplitter().push(bytes)].flatMap((line) =>
    line instanceof OverlongLine ? verifier.passOver(line) : verifier.check(line),
  );
  const last = verifier.finish();
  return {
    findings: [...findings, ...last.findings],
    verdict: verdictOf(last.summary, false),
  };
}

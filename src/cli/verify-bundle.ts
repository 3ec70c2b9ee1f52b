import { verdictOf, type BundleVerdict } from "../audit/bundle-summary.js";
import type { Remembered } from "../audit/checkpoint-check.js";
import { LineSplitter, OverlongLine } from "../audit/line-splitter.js";
import type { VerifierKey } from "../audit/verifier-key.js";
import { BundleVerifier } from "../audit/verify-bundle.js";
import { CommandFailure, EXIT } from "./failure.js";
import { conclude, INCOMPLETE, type VerifyReport } from "./verify-report.js";

/** A bundle to verify, and whom to trust. */
export interface BundleRun {
  /** What it is called in messages. */
  name: string;
  chunks: AsyncIterable<Uint8Array>;
  /** Undefined where it is not known. */
  byteLength: number | undefined;
  keys: readonly VerifierKey[];
  remembered: Remembered;
  allowsRedacted: boolean;
  /** Whether the keys are those that the server names. */
  isOwnWord: boolean;
}

const STATUS: Record<BundleVerdict, number> = {
  holds: EXIT.ok,
  tampered: EXIT.failed,
  undecided: EXIT.usage,
  incomplete: INCOMPLETE,
};

/**
 * Verifies a bundle as it comes and tells what it finds.
 *
 * @returns the status to exit with
 * @throws CommandFailure when nothing can be concluded
 */
export async function verifyBundle(run: BundleRun, report: VerifyReport): Promise<number> {
  const { keys, remembered, byteLength } = run;
  const verifier = new BundleVerifier({ keys, remembered });
  const splitter = new LineSplitter();
  let bytes = 0;
  let lines = 0;
  for await (const chunk of run.chunks) {
    for (const line of splitter.push(chunk)) {
      const isLine = !(line instanceof OverlongLine);
      const findings = isLine ? verifier.check(line) : verifier.passOver(line);
      for (const finding of findings) report.tell(finding);
      lines++;
    }
    bytes += chunk.length;
    const share = byteLength === undefined ? undefined : bytes / byteLength;
    report.progress(share, `${lines} lines checked`);
  }
  const { findings, summary } = verifier.finish();
  for (const finding of findings) report.tell(finding);
  report.end();
  const isCut = splitter.rest > 0;
  const undecided = isCut ? `it was cut off in line ${lines + 1}` : summary.undecided;
  const whole = { ...summary, undecided };
  const verdict = verdictOf(whole, run.allowsRedacted);
  const status = STATUS[verdict];
  if (report.isJson) {
    process.stdout.write(`${JSON.stringify({ kind: "summary", status, verdict, ...whole })}\n`);
  }
  if (verdict === "undecided") {
    throw new CommandFailure(`${run.name}: ${undecided ?? ""}`, EXIT.usage);
  }
  if (!report.isJson) process.stdout.write(`${conclude(whole, verdict, run)}\n`);
  return status;
}

/** The verifier keys that a bundle claims, from its first line; none where that cannot be read. */
export async function claimedKeys(chunks: AsyncIterable<Uint8Array>): Promise<string[]> {
  const splitter = new LineSplitter();
  for await (const chunk of chunks) {
    for (const line of splitter.push(chunk)) {
      if (line instanceof OverlongLine) return [];
      try {
        const { verifierKeys } = JSON.parse(new TextDecoder().decode(line)) as {
          verifierKeys?: unknown;
        };
        return Array.isArray(verifierKeys) ? verifierKeys.map(String) : [];
      } catch {
        return [];
      }
    }
  }
  return [];
}

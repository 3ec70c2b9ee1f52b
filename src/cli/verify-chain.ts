import { ChainVerifier, type ChainSummary } from "../audit/verify-chain.js";
import type { ExportedRecord } from "../client/index.js";
import { painterFor } from "./colour.js";
import { EXIT } from "./failure.js";
import { INCOMPLETE, type VerifyReport } from "./verify-report.js";

/** Events to verify by their hashes and chains alone. */
export interface ChainRun {
  /** Empty for everything. */
  scope: string;
  records: AsyncIterable<ExportedRecord>;
}

/**
 * Verifies events as they come and tells what it finds.
 *
 * @returns the status to exit with; undefined where there were no events
 */
export async function verifyChain(
  { scope, records }: ChainRun,
  report: VerifyReport,
): Promise<number | undefined> {
  const verifier = new ChainVerifier(scope);
  let count = 0;
  for await (const record of records) {
    for (const finding of verifier.check(record)) report.tell(finding);
    report.progress(undefined, `${++count} events checked`);
  }
  report.end();
  if (count === 0 && scope !== "") return undefined;
  const { summary } = verifier;
  const status = statusOf(summary);
  process.stdout.write(
    report.isJson
      ? `${JSON.stringify({ kind: "summary", status, ...summary })}\n`
      : `${conclude(summary)}\n`,
  );
  return status;
}

function statusOf({ findings, trimmedScopes, isEnded }: ChainSummary): number {
  if (findings > 0) return EXIT.failed;
  return trimmedScopes > 0 || isEnded === false ? INCOMPLETE : EXIT.ok;
}

function conclude({ events, scopes, findings, trimmedScopes, isEnded }: ChainSummary): string {
  const paint = painterFor(process.stdout);
  const checked = `${events} events of ${scopes} scopes checked`;
  if (findings > 0) return `${paint("red", "does not hold")}: ${checked}, ${findings} findings`;
  const missing = [
    ...(trimmedScopes > 0 ? [`the first events of ${trimmedScopes} scopes are not there`] : []),
    ...(isEnded === false ? ["it has not ended"] : []),
  ];
  if (missing.length === 0)
    return `${paint("green", "holds")}: ${checked}, every hash and link is right`;
  return `${paint("yellow", "holds, but is incomplete")}: ${checked}; ${missing.join("; ")}`;
}

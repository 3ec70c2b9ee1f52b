import { createReadStream, existsSync } from "node:fs";
import type { Command } from "commander";
import { ChainVerifier, type ChainFinding, type ChainSummary } from "../audit/verify-chain.js";
import { byteLines } from "../client/byte-lines.js";
import { exportRecords, type ExportedRecord } from "../client/index.js";
import { parseRecordLine } from "../client/record-line.js";
import { parseScope } from "../envelope/scope.js";
import { correlationIn } from "../wire/timeline.js";
import { painterFor } from "./colour.js";
import { connectionOf, readableScope } from "./environment.js";
import { CommandFailure, describeFailure, EXIT } from "./failure.js";
import { ProgressBar } from "./progress-bar.js";

const INCOMPLETE = 3;

/** Adds `runtrail verify`. */
export function register(program: Command): void {
  program
    .command("verify")
    .description("check every hash and every chain of a scope and what is below it")
    .argument("[scope|file]", "such as runs/r-42, or an NDJSON export of it; left out, everything")
    .option("--json", "print findings and the summary as JSON, one object a line")
    .addHelpText("after", HELP)
    .action(async (what: string | undefined, { json }: { json?: boolean }) => {
      process.exitCode = await verify(what, json === true);
    });
}

async function verify(what: string | undefined, isJson: boolean): Promise<number> {
  const { scope, records } = open(what);
  const verifier = new ChainVerifier(scope);
  const bar = new ProgressBar();
  let count = 0;
  try {
    for await (const record of records) {
      for (const finding of verifier.check(record)) {
        bar.clear();
        process.stdout.write(`${isJson ? findingJson(finding) : findingLine(finding)}\n`);
      }
      bar.draw(undefined, `${++count} events checked`);
    }
  } catch (error) {
    const { message } = describeFailure(error);
    throw new CommandFailure(message, EXIT.usage, { cause: error });
  } finally {
    bar.clear();
  }
  const { summary } = verifier;
  if (summary.events === 0 && what !== undefined) {
    throw new CommandFailure(`there are no events of ${what}`, EXIT.usage);
  }
  const status = statusOf(summary);
  process.stdout.write(
    isJson
      ? `${JSON.stringify({ kind: "summary", status, ...summary })}\n`
      : `${conclude(summary)}\n`,
  );
  return status;
}

function open(what: string | undefined): { scope: string; records: AsyncIterable<ExportedRecord> } {
  if (what !== undefined && !parseScope(what) && existsSync(what)) {
    return { scope: "", records: recordsOf(what) };
  }
  const scope = readableScope(what);
  if (correlationIn(scope) !== undefined) {
    throw new CommandFailure(
      `${scope} is a choice from many chains, which has holes: verify a scope`,
      EXIT.usage,
    );
  }
  return { scope, records: exportRecords(connectionOf(process.env), scope) };
}

async function* recordsOf(file: string): AsyncGenerator<ExportedRecord> {
  for await (const line of byteLines(createReadStream(file) as AsyncIterable<Buffer>)) {
    if (line.length > 0) yield parseRecordLine(line);
  }
}

function statusOf({ findings, trimmedScopes, isEnded }: ChainSummary): number {
  if (findings > 0) return EXIT.failed;
  return trimmedScopes > 0 || isEnded === false ? INCOMPLETE : EXIT.ok;
}

function findingJson(finding: ChainFinding): string {
  return JSON.stringify({ kind: "finding", ...finding });
}

function findingLine({ check, sequence, scope, index, detail }: ChainFinding): string {
  const paint = painterFor(process.stdout);
  const where =
    scope === undefined ? "" : ` ${scope}${index === undefined ? "" : ` event ${index}`}`;
  return `${paint("red", check)} at sequence ${sequence}${where}: ${detail}`;
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

const HELP = `
Every event must be canonical JSON (RFC 8785), carry the right hash, name the hash of the event before
it in its scope, and have the next index. What was cut off at the end, or written anew from some event
on, a chain alone cannot show.

Exit codes: 0 all of it holds; 1 tampered with, each finding is named; 2 called wrongly, or it cannot be
read; 3 it holds but is incomplete (not ended yet, or first events are gone).

Examples:
  $ runtrail verify runs/r-42
  $ runtrail verify runs/r-42 --json | jq 'select(.kind == "finding")'`;

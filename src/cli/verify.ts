import { existsSync } from "node:fs";
import type { Command } from "commander";
import type { VerifierKey } from "../audit/verifier-key.js";
import { byteLines } from "../client/byte-lines.js";
import {
  downloadBundle,
  exportRecords,
  fetchKeys,
  RequestRefusedError,
  type ExportedRecord,
} from "../client/index.js";
import { parseRecordLine } from "../client/record-line.js";
import { parseScope } from "../envelope/scope.js";
import { correlationIn } from "../wire/timeline.js";
import { connectionOf, readableScope } from "./environment.js";
import { CommandFailure, describeFailure, EXIT } from "./failure.js";
import { notice } from "./recording.js";
import { parseKeys, parseMinSize, readKnownCheckpoint } from "./trust.js";
import { claimedKeys, verifyBundle } from "./verify-bundle.js";
import { verifyChain } from "./verify-chain.js";
import { verifyCompare } from "./verify-compare.js";
import { VerifyReport } from "./verify-report.js";
import { openSource, type Source } from "./verify-source.js";

interface Options {
  key: string[];
  minSize?: string;
  knownCheckpoint?: string;
  allowRedacted?: boolean;
  compare?: string[];
  json?: boolean;
}

/** Adds `runtrail verify`. */
export function register(program: Command): void {
  program
    .command("verify")
    .description("check that a scope and what is below it is as it was sealed")
    .argument(
      "[scope|file]",
      "such as runs/r-42, or a bundle or an NDJSON export of it, - for stdin; left out, everything",
    )
    .option(
      "--key <vkey>",
      "a verifier key to trust, <name>+<key id>+<key>; may be repeated",
      (key: string, keys: string[]) => [...keys, key],
      [],
    )
    .option("--min-size <n>", "the log is known to have had so many events")
    .option("--known-checkpoint <file>", "the log is known to have had this checkpoint")
    .option("--allow-redacted", "events that were left out are no matter")
    .option("--compare <notes...>", "compare the checkpoints in two files instead")
    .option("--json", "print findings and the summary as JSON, one object a line")
    .addHelpText("after", HELP)
    .action(async (what: string | undefined, options: Options) => {
      process.exitCode = await verify(what, options);
    });
}

async function verify(what: string | undefined, options: Options): Promise<number> {
  const report = new VerifyReport(options.json === true);
  const keys = parseKeys(options.key);
  try {
    if (options.compare) {
      if (what !== undefined) {
        throw new CommandFailure("--compare takes two files and nothing else", EXIT.usage);
      }
      return await verifyCompare(options.compare, keys, report);
    }
    const isFile = what !== undefined && (what === "-" || (!parseScope(what) && existsSync(what)));
    return isFile
      ? await verifyFile(await openSource(what), keys, options, report)
      : await verifyLive(what, keys, options, report);
  } catch (error) {
    const { message } = describeFailure(error);
    throw new CommandFailure(message, EXIT.usage, { cause: error });
  } finally {
    report.clear();
  }
}

async function verifyFile(
  source: Source,
  keys: readonly VerifierKey[],
  options: Options,
  report: VerifyReport,
): Promise<number> {
  const { name, format, chunks, byteLength } = source;
  if (format === "export") {
    if (asksForSeals(options)) {
      throw new CommandFailure(
        `${name} is an export, which nobody has signed: verify a bundle (runtrail bundle)`,
        EXIT.usage,
      );
    }
    return (await verifyChain({ scope: "", records: recordsOf(chunks) }, report)) ?? EXIT.ok;
  }
  if (keys.length === 0) {
    const claimed = (await claimedKeys(chunks)).join(" ");
    throw new CommandFailure(
      `whom do you trust? Name a key with --key. ${name} itself claims ${claimed || "none"}`,
      EXIT.usage,
    );
  }
  return verifyBundle(
    { name, chunks, byteLength, ...(await trustOf(keys, options)), isOwnWord: false },
    report,
  );
}

async function verifyLive(
  what: string | undefined,
  given: readonly VerifierKey[],
  options: Options,
  report: VerifyReport,
): Promise<number> {
  const scope = readableScope(what);
  if (correlationIn(scope) !== undefined) {
    throw new CommandFailure(
      `${scope} is a choice from many chains, which has holes: verify a scope`,
      EXIT.usage,
    );
  }
  const connection = connectionOf(process.env);
  const isOwnWord = given.length === 0;
  try {
    const named = async () =>
      parseKeys((await fetchKeys(connection)).map(({ verifierKey }) => verifierKey));
    const trust = await trustOf(isOwnWord ? await named() : given, options);
    const known = trust.remembered.checkpoint?.size;
    const chunks = await downloadBundle(connection, scope, known === undefined ? {} : { known });
    // A log of which nothing has been sealed has no key: it has one by the time that there is a bundle.
    if (trust.keys.length === 0) trust.keys = await named();
    const name = scope || "everything";
    return await verifyBundle({ name, chunks, byteLength: undefined, ...trust, isOwnWord }, report);
  } catch (error) {
    if (!(error instanceof RequestRefusedError) || error.status !== 404) throw error;
    if (asksForSeals(options)) {
      const message = "the server has no bundles to hold against a key";
      throw new CommandFailure(message, EXIT.usage, { cause: error });
    }
  }
  const status = await verifyChain({ scope, records: exportRecords(connection, scope) }, report);
  if (status === undefined) {
    throw new CommandFailure(`there are no events of ${scope}`, EXIT.usage);
  }
  notice("the server has no bundles: only hashes and chains were checked, and no signature");
  return status;
}

/** Whether something was asked for that only what is sealed can show. */
function asksForSeals({ key, minSize, knownCheckpoint, allowRedacted }: Options): boolean {
  return (
    key.length > 0 ||
    minSize !== undefined ||
    knownCheckpoint !== undefined ||
    allowRedacted === true
  );
}

async function trustOf(keys: readonly VerifierKey[], options: Options) {
  const { minSize, knownCheckpoint, allowRedacted } = options;
  const checkpoint =
    knownCheckpoint === undefined ? undefined : await readKnownCheckpoint(knownCheckpoint, keys);
  return {
    keys,
    remembered: { minSize: parseMinSize(minSize), checkpoint },
    allowsRedacted: allowRedacted === true,
  };
}

async function* recordsOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<ExportedRecord> {
  for await (const line of byteLines(chunks)) {
    if (line.length > 0) yield parseRecordLine(line);
  }
}

const HELP = `
A bundle holds events, proofs that they are in the log, and the log's signed checkpoint. It is checked
line by line: canonical JSON (RFC 8785), hashes, the chain of each scope, proofs, signatures, receipts.
A scope is checked on its bundle as the server gives it. An export holds events only: hashes and chains.

Whom to trust is for you to say: the key that signs the log, from somebody you believe. Without --key,
a scope is checked with the key that the server itself names, and a file is not checked. An operator who
writes everything anew can be found only by what somebody remembers: keep a checkpoint, and give it
with --known-checkpoint (or its size, with --min-size).

Exit codes: 0 all of it holds; 1 tampered with, each finding is named; 2 called wrongly, or it cannot be
read; 3 it holds but is incomplete (not ended yet, left out, past retention, or not shown to be whole).

Examples:
  $ runtrail verify runs/r-42
  $ runtrail bundle runs/r-42 -o r-42.bundle
  $ runtrail verify r-42.bundle --key log.example/prod+1a2b3c4d+AZ…
  $ runtrail verify --known-checkpoint last-year.note --key log.example/prod+1a2b3c4d+AZ…
  $ runtrail verify --compare mine.note yours.note
  $ runtrail verify runs/r-42 --json | jq 'select(.kind == "finding")'`;

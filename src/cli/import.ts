import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import type { Command } from "commander";
import { byteLines } from "../client/byte-lines.js";
import { append, type ConnectionOptions, type Draft } from "../client/index.js";
import { sendLeftovers } from "../runner/sender.js";
import { connectionOf, spoolFolderOf } from "./environment.js";
import { CommandFailure, EXIT } from "./failure.js";
import { handoverLines } from "./handover-report.js";
import { ProgressBar } from "./progress-bar.js";
import { notice } from "./recording.js";

interface Tally {
  appended: number;
  duplicate: number;
  refused: number;
}

/** Refused lines that are named one by one; of more, only their number is told. */
const MAX_NAMED = 20;
const MAX_BATCH_LINES = 1000;
const MAX_BATCH_BYTES = 4 * 1024 * 1024;

/** Adds `runtrail import`. */
export function register(program: Command): void {
  program
    .command("import")
    .description("append many events: NDJSON, a draft with its scope on each line")
    .argument("[file]", "the file, or - for stdin")
    .option("--data <folder>", "where the spool is (see: runtrail exec --help)")
    .option("--json", "print the summary as JSON")
    .addHelpText("after", HELP)
    .action(async (file: string | undefined, options: { data?: string; json?: boolean }) => {
      const connection = connectionOf(process.env);
      const tally: Tally = { appended: 0, duplicate: 0, refused: 0 };
      // Without a file and with nobody who pipes anything in, there is only the spool to send.
      if (file !== undefined || !process.stdin.isTTY) {
        await importLines(connection, await open(file ?? "-"), tally);
      }
      const leftover = { stored: 0, refused: 0 };
      const folder = spoolFolderOf(process.env, connection, options.data);
      await sendLeftovers(connection, folder, leftover, {
        signal: new AbortController().signal,
        retryForMs: 30_000,
        onRetry: () => undefined,
      });
      for (const line of handoverLines({ own: NOTHING, leftover })) notice(line);
      const { appended, duplicate, refused } = tally;
      process.stdout.write(
        options.json === true
          ? `${JSON.stringify({ ...tally, leftover: leftover.stored })}\n`
          : `${appended} appended, ${duplicate} were there already, ${refused} refused\n`,
      );
      if (refused > 0) process.exitCode = EXIT.failed;
    });
}

const NOTHING = { stored: 0, refused: 0 };

interface Source {
  chunks: AsyncIterable<Uint8Array>;
  /** Undefined for what has no known end. */
  bytes: number | undefined;
}

async function open(file: string): Promise<Source> {
  if (file === "-") return { chunks: process.stdin as AsyncIterable<Buffer>, bytes: undefined };
  try {
    const { size } = await stat(file);
    return { chunks: createReadStream(file) as AsyncIterable<Buffer>, bytes: size };
  } catch (cause) {
    throw new CommandFailure(`${file} cannot be read`, EXIT.usage, { cause });
  }
}

/** Appends what the lines hold, a batch at a time: no more is read than the server has taken. */
async function importLines(
  connection: ConnectionOptions,
  { chunks, bytes: total }: Source,
  tally: Tally,
): Promise<void> {
  const bar = new ProgressBar();
  let batch: { number: number; draft: Draft }[] = [];
  let batchBytes = 0;
  let doneBytes = 0;
  let number = 0;
  const send = async () => {
    const drafts = batch.map(({ draft }) => draft);
    for (const [i, result] of (await append(connection, "", drafts)).entries()) {
      if (!("problem" in result)) tally[result.outcome]++;
      else refuse(tally, bar, batch[i]?.number, result.problem.pointer, result.problem.detail);
    }
    doneBytes += batchBytes;
    const share = total === undefined ? undefined : doneBytes / Math.max(total, 1);
    bar.draw(share, `${tally.appended + tally.duplicate} events`);
    batch = [];
    batchBytes = 0;
  };

  for await (const line of byteLines(chunks)) {
    number++;
    batchBytes += line.length + 1;
    const draft = parseDraft(line);
    if (draft === undefined) continue;
    if (draft instanceof SyntaxError) refuse(tally, bar, number, "", draft.message);
    else batch.push({ number, draft });
    if (batch.length === MAX_BATCH_LINES || batchBytes >= MAX_BATCH_BYTES) await send();
  }
  if (batch.length > 0) await send();
  bar.clear();
  if (tally.refused > MAX_NAMED)
    notice(`… and ${tally.refused - MAX_NAMED} more lines were refused`);
}

/** Undefined for a blank line. */
function parseDraft(line: Uint8Array): Draft | SyntaxError | undefined {
  const text = Buffer.from(line.buffer, line.byteOffset, line.length).toString("utf8");
  if (text.trim() === "") return undefined;
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Draft;
    return new SyntaxError("a draft is a JSON object");
  } catch (error) {
    return error as SyntaxError;
  }
}

function refuse(
  tally: Tally,
  bar: ProgressBar,
  number: number | undefined,
  pointer: string | undefined,
  detail: string,
): void {
  tally.refused++;
  if (tally.refused > MAX_NAMED) return;
  bar.clear();
  notice(`line ${number ?? 0}: ${pointer ? `${pointer} ` : ""}${detail}`);
}

const HELP = `
A line is a draft: {"scope":"runs/r-42","type":"run.started","payload":{…}}, with an id of your own
if a repeated import is to store it once. Events are appended in the order of the lines; one that is
refused takes no other along.

It also sends what exec and run have left in the spool; without a file on a terminal, only that.

Exit codes: 0 all is stored; 1 lines were refused, or the server cannot be reached; 2 called wrongly.

Examples:
  $ runtrail import events.ndjson
  $ zcat archive.ndjson.gz | runtrail import -`;

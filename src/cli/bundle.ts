import { createWriteStream } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { Readable } from "node:stream";
import type { Command } from "commander";
import { parseCheckpoint } from "../audit/checkpoint.js";
import { LineSplitter, OverlongLine } from "../audit/line-splitter.js";
import { parseNote, MalformedNoteError } from "../audit/note.js";
import { downloadBundle } from "../client/index.js";
import { connectionOf, readableScope } from "./environment.js";
import { CommandFailure, EXIT } from "./failure.js";
import { ProgressBar } from "./progress-bar.js";
import { redactLine } from "./redact-line.js";
import { notice } from "./recording.js";
import { readNote } from "./trust.js";

interface Options {
  output: string;
  knownCheckpoint?: string;
  redact?: string;
}

/** Adds `runtrail bundle`. */
export function register(program: Command): void {
  program
    .command("bundle")
    .description("download what others need to verify a scope without asking anybody")
    .argument("[scope]", "such as runs/r-42; left out, everything")
    .requiredOption("-o, --output <file>", "where to put it, - for stdout")
    .option("--known-checkpoint <file>", "with a proof that the log has grown from this checkpoint")
    .option("--redact <sequences>", "leave these events out, such as 17,23; their leaves stay")
    .addHelpText("after", HELP)
    .action(async (scope: string | undefined, options: Options) => {
      await bundle(readableScope(scope), options);
    });
}

async function bundle(scope: string, { output, knownCheckpoint, redact }: Options): Promise<void> {
  const redacted = parseSequences(redact);
  const known = knownCheckpoint === undefined ? undefined : await sizeIn(knownCheckpoint);
  const connection = connectionOf(process.env);
  const chunks = await downloadBundle(connection, scope, known === undefined ? {} : { known });
  const lines = Readable.from(checkedLines(chunks, redacted), { objectMode: false });
  if (output === "-") {
    await pipeline(lines, process.stdout, { end: false });
    return;
  }
  // In the same folder, so that it becomes the file at once: a download that broke never looks whole.
  const partial = `${output}.${process.pid}.part`;
  try {
    await pipeline(lines, createWriteStream(partial, { flags: "wx" }));
    await rename(partial, output);
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
  notice(`${scope || "everything"} is in ${output}`);
}

/** The lines of a bundle, events left out that are to be; ends with an error where it is not whole. */
async function* checkedLines(
  chunks: AsyncIterable<Uint8Array>,
  redacted: ReadonlySet<number>,
): AsyncGenerator<Uint8Array, void> {
  const splitter = new LineSplitter();
  const bar = new ProgressBar();
  const left = new Set(redacted);
  let last: Uint8Array = new Uint8Array(0);
  let count = 0;
  try {
    for await (const chunk of chunks) {
      const lines: Uint8Array[] = [];
      for (const line of splitter.push(chunk)) {
        if (line instanceof OverlongLine) throw broken("has a line that is too long");
        last = left.size > 0 ? redactLine(line, left) : line;
        lines.push(last, LF);
        count++;
      }
      yield Buffer.concat(lines);
      bar.draw(undefined, `${count} lines`);
    }
  } finally {
    bar.clear();
  }
  const isWhole =
    splitter.rest === 0 && Buffer.from(last).subarray(0, CHECKPOINT.length).equals(CHECKPOINT);
  if (!isWhole) throw broken("ends before its checkpoint");
  if (left.size > 0) {
    const message = `there is no event to leave out at ${[...left].join(", ")}`;
    throw new CommandFailure(message, EXIT.usage);
  }
}

const LF = Buffer.from("\n");
const CHECKPOINT = Buffer.from('{"kind":"checkpoint",');

function broken(how: string): CommandFailure {
  return new CommandFailure(`the bundle ${how}: the server is no good, or the connection broke`);
}

function parseSequences(text: string | undefined): Set<number> {
  const sequences = text === undefined ? [] : text.split(",").map(Number);
  if (sequences.every((sequence) => Number.isSafeInteger(sequence) && sequence > 0)) {
    return new Set(sequences);
  }
  throw new CommandFailure(`--redact takes sequences such as 17,23, not ${text ?? ""}`, EXIT.usage);
}

/** The size in a checkpoint. Who signed it is for the verification to see. */
async function sizeIn(file: string): Promise<number> {
  const note = await readNote(file);
  try {
    return parseCheckpoint(parseNote(note).text).size;
  } catch (cause) {
    if (!(cause instanceof MalformedNoteError)) throw cause;
    throw new CommandFailure(`${file}: ${cause.message}`, EXIT.usage, { cause });
  }
}

const HELP = `
It comes as the server gives it and is not checked: runtrail verify does that. What is left out with
--redact cannot be read any more, but that it was there, and where, can still be verified.

Exit codes: 0 it is whole; 1 the server refused, or the connection broke; 2 called wrongly.

Examples:
  $ runtrail bundle runs/r-42 -o r-42.bundle
  $ runtrail bundle runs/r-42 -o r-42.bundle --redact 17,23
  $ runtrail bundle -o - | gzip > everything.bundle.gz`;

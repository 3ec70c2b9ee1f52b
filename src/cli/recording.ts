import { hostname } from "node:os";
import type { Command } from "commander";
import type { ConnectionOptions } from "../client/index.js";
import { ID_PATTERN } from "../envelope/scope.js";
import { Recorder, type Handover } from "../runner/recorder.js";
import { durationMs } from "../runner/duration.js";
import { onStopSignals } from "../runner/signals.js";
import { connectionOf, spoolFolderOf } from "./environment.js";
import { CommandFailure, EXIT } from "./failure.js";
import { handoverLines } from "./handover-report.js";

/** The options that all commands have that record. */
export interface RecordingOptions {
  wait: string;
  data?: string;
  json?: boolean;
}

export function addRecordingOptions(command: Command): Command {
  return command
    .option(
      "--wait <duration>",
      "at the end, wait so long for a server that has not taken everything",
      "10s",
    )
    .option(
      "--data <folder>",
      "keep what is to be sent in <folder>/spool (default RUNTRAIL_DATA, else the user's state folder)",
    )
    .option("--json", "say what there is to say as JSON, one object a line");
}

/** After this long, whoever waits is told for what. */
const PATIENCE_MS = 1_000;

/** A recorder, and how to end it. */
export interface Recording {
  connection: ConnectionOptions;
  recorder: Recorder;
  /** Waits for the server, tells on stderr what is to be told, and returns it. A signal ends the waiting. */
  finish: () => Promise<Handover>;
}

export async function openRecording(options: RecordingOptions): Promise<Recording> {
  const waitMs = parseDuration(options.wait);
  const connection = connectionOf(process.env);
  const folder = spoolFolderOf(process.env, connection, options.data);
  const source = `runner/${hostname()}`;
  const recorder = await Recorder.open({ connection, folder, source }).catch((cause: unknown) => {
    const { syscall = "", message } = cause as NodeJS.ErrnoException;
    throw new CommandFailure(
      syscall.startsWith("spawn flock")
        ? "the command flock is needed to lock the spool: install it (package util-linux)"
        : `${folder.path} cannot be used (${message}): choose another folder with --data`,
      EXIT.failed,
      { cause },
    );
  });
  return {
    connection,
    recorder,
    finish: async () => {
      const hurry = new AbortController();
      const stopListening = onStopSignals(() => {
        hurry.abort();
      });
      const isSilent = options.json === true;
      const explain = setTimeout(() => {
        const advice = "Ctrl-C leaves the rest of the record for later";
        if (!isSilent) notice(`waiting up to ${options.wait} for the server; ${advice}`);
      }, PATIENCE_MS);
      const handover = await recorder.close(waitMs, hurry.signal);
      clearTimeout(explain);
      stopListening();
      if (!isSilent) for (const line of handoverLines(handover)) notice(line);
      return handover;
    },
  };
}

/** Says something to the person at the terminal; stdout belongs to the data. */
export function notice(line: string): void {
  process.stderr.write(`runtrail: ${line}\n`);
}

/** A handover as JSON, for `--json`. */
export function handoverFacts({ own, leftover, kept, unwritten }: Handover) {
  return {
    stored: own.stored,
    refused: own.refused,
    ...(own.firstRefusal === undefined ? {} : { firstRefusal: own.firstRefusal }),
    leftoverStored: leftover.stored,
    ...(kept === undefined ? {} : { kept }),
    ...(unwritten === undefined ? {} : { unwritten: unwritten.count }),
  };
}

/** An id for a scope, as the command line gives it. */
export function demandId(option: string, id: string): string {
  if (ID_PATTERN.test(id)) return id;
  throw new CommandFailure(
    `${option} ${JSON.stringify(id)} is no id: use letters, digits and _ : @ = + ~ -, at most 128`,
    EXIT.usage,
  );
}

function parseDuration(text: string): number {
  try {
    return durationMs(text);
  } catch (cause) {
    const message = `--wait takes a duration such as 10s or 2m, not ${text}`;
    throw new CommandFailure(message, EXIT.usage, { cause });
  }
}

import { readFile } from "node:fs/promises";
import type { Checkpoint } from "../audit/checkpoint.js";
import { openCheckpoint } from "../audit/sealed-checkpoint.js";
import {
  MalformedVerifierKeyError,
  parseVerifierKey,
  type VerifierKey,
} from "../audit/verifier-key.js";
import { CommandFailure, EXIT, rootCauseOf } from "./failure.js";

/** The keys of `--key`. */
export function parseKeys(texts: readonly string[]): VerifierKey[] {
  try {
    return texts.map(parseVerifierKey);
  } catch (error) {
    if (!(error instanceof MalformedVerifierKeyError)) throw error;
    throw new CommandFailure(`--key: ${error.message}`, EXIT.usage, { cause: error });
  }
}

/** The number of `--min-size`. */
export function parseMinSize(text: string | undefined): number {
  const size = Number(text ?? 0);
  if (Number.isSafeInteger(size) && size >= 0) return size;
  throw new CommandFailure(
    `--min-size takes a number of events such as 1042, not ${text ?? ""}`,
    EXIT.usage,
  );
}

/** The text of a file with a note. */
export async function readNote(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (cause) {
    const reason = rootCauseOf(cause) ?? "unknown";
    throw new CommandFailure(`${file} cannot be read (${reason})`, EXIT.usage, { cause });
  }
}

/** A checkpoint that is remembered, from its file. It has to be one of the keys that has signed it. */
export async function readKnownCheckpoint(
  file: string,
  keys: readonly VerifierKey[],
): Promise<Checkpoint> {
  const opened = openCheckpoint(await readNote(file), keys);
  if (opened.outcome === "signed") return opened.checkpoint;
  const reason =
    opened.outcome === "unknown"
      ? `none of the keys has signed it, but ${opened.signers.join(", ")}`
      : opened.detail;
  throw new CommandFailure(`${file}: ${reason}`, EXIT.usage);
}

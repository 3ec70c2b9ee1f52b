import { readFile } from "node:fs/promises";
import { parse } from "yaml";
import { ConfigError, type Config } from "./config.js";
import { PatternError, readPatterns } from "./redaction/operator-patterns.js";
import { Redactor } from "./redaction/redactor.js";

/**
 * What takes secrets out of drafts: the built-in patterns, unless they are switched off, and those of the
 * operator's file.
 *
 * @throws ConfigError that names the file, the pattern and what is wrong with it
 */
export async function openRedactor({ builtIn, file }: Config["redaction"]): Promise<Redactor> {
  return new Redactor({ builtIn, patterns: file === undefined ? [] : await patternsIn(file) });
}

async function patternsIn(file: string): Promise<ReturnType<typeof readPatterns>> {
  try {
    return readPatterns(parse(await readFile(file, "utf8")));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    const what = cause instanceof PatternError ? reason : `cannot be read: ${reason}`;
    throw new ConfigError(`RUNTRAIL_REDACT_FILE: ${file}: ${what}.`, { cause });
  }
}

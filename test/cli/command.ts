import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";

const MAIN = new URL("../../dist/cli/main.js", import.meta.url).pathname;

export interface CommandResult {
  status: number | null;
  stdout: string;
  stderr: string;
  /** The most memory that it had when its input had been written (resident set). */
  peakBytes: number;
}

interface CommandOptions {
  input?: string | Iterable<Uint8Array>;
  env?: NodeJS.ProcessEnv;
}

/** Runs a `runtrail` command to its end. */
export async function runCommand(
  args: readonly string[],
  { input = "", env = {} }: CommandOptions = {},
): Promise<CommandResult> {
  const child = spawn(process.execPath, [MAIN, ...args], { env: { ...process.env, ...env } });
  let peakBytes = 0;
  // Who does not read its input ends before all is written.
  child.stdin.on("error", () => undefined);
  async function* watched(chunks: Iterable<Uint8Array>) {
    yield* chunks;
    peakBytes = await peakOf(child.pid);
  }
  if (typeof input === "string") child.stdin.end(input);
  else Readable.from(watched(input)).pipe(child.stdin);
  const [[status], stdout, stderr] = await Promise.all([
    once(child, "close") as Promise<[number | null]>,
    text(child.stdout),
    text(child.stderr),
  ]);
  return { status, stdout, stderr, peakBytes };
}

async function peakOf(pid: number | undefined): Promise<number> {
  const status = await readFile(`/proc/${pid ?? ""}/status`, "utf8");
  return Number(/VmHWM:\s*(\d+) kB/.exec(status)?.[1]) * 1024;
}

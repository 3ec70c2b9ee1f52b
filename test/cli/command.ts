import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";

const MAIN = new URL("../../dist/cli/main.js", import.meta.url).pathname;

export interface CommandResult {
  status: number | null;
  stdout: string;
  stderr: string;
}

/** Runs a `runtrail` command to its end. */
export async function runCommand(
  args: readonly string[],
  { input = "", env = {} }: { input?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<CommandResult> {
  const child = spawn(process.execPath, [MAIN, ...args], { env: { ...process.env, ...env } });
  // Who does not read its input ends before all is written.
  child.stdin.on("error", () => undefined).end(input);
  const [[status], stdout, stderr] = await Promise.all([
    once(child, "close") as Promise<[number | null]>,
    text(child.stdout),
    text(child.stderr),
  ]);
  return { status, stdout, stderr };
}

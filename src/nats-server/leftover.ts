import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import type { ServerFiles } from "./files.js";

const GRACE_MS = 5_000;
const POLL_MS = 50;

/**
 * The process id of the nats-server that runs on these files, if one does. A process id alone proves
 * nothing, since it may have gone to another process: its command line must name our configuration.
 */
export async function runningServer(files: ServerFiles): Promise<number | undefined> {
  const text = await readFile(files.pid, "utf8").catch(() => "");
  const pid = Number.parseInt(text, 10);
  if (Number.isNaN(pid)) return undefined;
  return (await commandLine(pid)).includes(files.configuration) ? pid : undefined;
}

/** Ends the nats-server that runs on these files: SIGTERM, after 5 s SIGKILL, and returns when it is gone. */
export async function endLeftoverServer(files: ServerFiles): Promise<void> {
  const pid = await runningServer(files);
  if (pid === undefined) return;
  kill(pid, "SIGTERM");
  const deadline = Date.now() + GRACE_MS;
  while ((await runningServer(files)) === pid) {
    if (Date.now() > deadline) kill(pid, "SIGKILL");
    await delay(POLL_MS);
  }
}

function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    // It ended between the look and the signal.
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

/** Empty for a process that is gone, and for one that has ended but is not yet collected by its parent. */
async function commandLine(pid: number): Promise<string> {
  if (process.platform === "linux") {
    return readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
  }
  const listed = await promisify(execFile)("ps", ["-ww", "-o", "command=", "-p", `${pid}`]).catch(
    () => ({ stdout: "" }),
  );
  return listed.stdout;
}

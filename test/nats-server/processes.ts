import { execFile } from "node:child_process";
import { readFile, readdir } from "node:fs/promises";
import { promisify } from "node:util";

interface ListedProcess {
  pid: number;
  command: string;
}

/** All processes but those that have ended and only wait for their parent to collect them. */
async function runningProcesses(): Promise<ListedProcess[]> {
  if (process.platform === "linux") {
    // Not by way of ps, which small container images lack.
    const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name)).map(Number);
    const listed = await Promise.all(
      pids.map(async (pid) => {
        const command = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
        return { pid, command };
      }),
    );
    return listed.filter(({ command }) => command !== "");
  }
  const { stdout } = await promisify(execFile)("ps", ["-ww", "-eo", "pid=,stat=,command="]);
  return stdout.split("\n").flatMap((line) => {
    const [, pid, state, command] = /^\s*(\d+)\s+(\S+)\s+(.*)$/.exec(line) ?? [];
    if (command === undefined || state?.startsWith("Z") === true) return [];
    return [{ pid: Number(pid), command }];
  });
}

export async function isAlive(pid: number): Promise<boolean> {
  return (await runningProcesses()).some((running) => running.pid === pid);
}

/** The processes whose command line names a text, such as a folder of this test alone. */
export async function processesNaming(text: string): Promise<number[]> {
  const running = await runningProcesses();
  return running.filter(({ command }) => command.includes(text)).map(({ pid }) => pid);
}

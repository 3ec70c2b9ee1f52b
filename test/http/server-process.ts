import { execFile, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";

const MAIN = new URL("../../dist/cli/main.js", import.meta.url).pathname;

/** The server as a process of its own, so that its memory is nobody else's. */
export interface ServerProcess {
  url: string;
  pid: number;
  /** Memory in use by the process, its nats-server not counted. */
  residentMiB(): Promise<number>;
  /** Ends it at once, as a crash does. */
  kill(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * @param env settings beside those of this process, `NATS_URL` for a nats-server that is there already
 * @param main the command line of another build
 */
export async function startServerProcess(
  env: NodeJS.ProcessEnv = {},
  main = MAIN,
): Promise<ServerProcess> {
  const folder = await mkdtemp(join(tmpdir(), "runtrail-http-"));
  const child = spawn(process.execPath, [main, "serve", "--port", "0", "--data", folder], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, RUNTRAIL_LOG_LEVEL: "warn", ...env },
  });
  const [line] = (await once(createInterface(child.stdout), "line")) as [string];
  const end = async (signal: "SIGTERM" | "SIGKILL") => {
    const exited = once(child, "exit");
    child.kill(signal);
    await exited;
    await rm(folder, { recursive: true, force: true });
  };
  return {
    url: line.slice(line.indexOf("http")),
    pid: child.pid ?? 0,
    residentMiB: () => residentMiB(child),
    kill: () => end("SIGKILL"),
    stop: () => end("SIGTERM"),
  };
}

async function residentMiB({ pid = 0 }: ChildProcess): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => undefined);
  const kib = status
    ? /^VmRSS:\s+(\d+)/m.exec(status)?.[1]
    : (await promisify(execFile)("ps", ["-o", "rss=", "-p", String(pid)])).stdout;
  return Number(kib) / 1024;
}

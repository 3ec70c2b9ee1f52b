import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import type { NatsConnection } from "../dist/log/connect.js";
import { withFolder } from "./folder.js";
import { withNats, type NatsServer } from "./nats.js";

const CLI = fileURLToPath(new URL("../dist/cli/main.js", import.meta.url));

/** A process of its own that serves. */
export interface Served {
  url: string;
  /** Microseconds of user and system time that the process has had. */
  cpuMicros(): Promise<number>;
  /** What it holds of the machine's memory, and the most that it held since `forgetPeak`. */
  memory(): Promise<{ bytes: number; peakBytes: number }>;
  forgetPeak(): Promise<void>;
}

/** `runtrail serve` as a user starts it, its own nats-server syncing every write. */
export function withGateway<T>(run: (gateway: Served) => Promise<T>): Promise<T> {
  return withFolder((folder) =>
    withProcess(
      [CLI, "serve", "--port", "0", "--data", folder],
      { RUNTRAIL_LOG_LEVEL: "error" },
      run,
    ),
  );
}

/** The same on a nats-server that is there, so that a reference can use it as well. */
export function withGatewayOn<T>(
  run: (gateway: Served, nc: NatsConnection) => Promise<T>,
  env: NodeJS.ProcessEnv = {},
): Promise<T> {
  return withNats((nc, server) =>
    withGatewayOf(server, env, async (gateway) => {
      await server.settleStreams();
      return run(gateway, nc);
    }),
  );
}

/** One of some gateways on the same nats-server. */
export function withGatewayOf<T>(
  { connection: { servers, user, pass } }: NatsServer,
  env: NodeJS.ProcessEnv,
  run: (gateway: Served) => Promise<T>,
): Promise<T> {
  return withFolder((RUNTRAIL_DATA) =>
    withProcess(
      [CLI, "serve", "--port", "0", "--nats", `nats://${servers}`],
      { RUNTRAIL_LOG_LEVEL: "error", RUNTRAIL_DATA, NATS_USER: user, NATS_PASSWORD: pass, ...env },
      run,
    ),
  );
}

/** A script of this folder that prints its URL, on a folder that is removed afterwards. */
export function withScript<T>(name: string, run: (served: Served) => Promise<T>): Promise<T> {
  const script = fileURLToPath(new URL(name, import.meta.url));
  return withFolder((folder) => withProcess([script, folder], {}, run));
}

async function withProcess<T>(
  args: string[],
  env: NodeJS.ProcessEnv,
  run: (served: Served) => Promise<T>,
): Promise<T> {
  const child = spawn(process.execPath, args, {
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exited = once(child, "exit");
  try {
    const url = await Promise.race([
      firstUrl(child.stdout),
      exited.then(() => {
        throw new Error(`${args[0] ?? ""} ended before it was ready`);
      }),
    ]);
    // What it says later is of no interest, but must go somewhere.
    child.stdout.resume();
    const pid = child.pid ?? 0;
    return await run({
      url,
      cpuMicros: () => cpuMicros(pid),
      memory: () => memory(pid),
      // Asks Linux to count the peak from here on (proc(5), clear_refs).
      forgetPeak: () => writeFile(`/proc/${pid}/clear_refs`, "5").catch(() => undefined),
    });
  } finally {
    child.kill("SIGTERM");
    await exited;
  }
}

async function firstUrl(output: Readable): Promise<string> {
  for await (const line of createInterface({ input: output })) {
    const url = /http:\S+/.exec(line)?.[0];
    if (url !== undefined) return url;
  }
  throw new Error("it named no URL");
}

/** From /proc, in ticks of 10 ms; 0 where there is no /proc. */
async function cpuMicros(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  const [user = 0, system = 0] = stat
    .slice(stat.lastIndexOf(")") + 2)
    .split(" ")
    .slice(11, 13)
    .map(Number);
  return (user + system) * 10_000;
}

/** From /proc; NaN where there is no /proc. */
async function memory(pid: number): Promise<{ bytes: number; peakBytes: number }> {
  const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
  const bytes = (field: string) =>
    Number(new RegExp(`${field}:\\s+(\\d+)`).exec(status)?.[1]) * 1024;
  return { bytes: bytes("VmRSS"), peakBytes: bytes("VmHWM") };
}

import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import type { NatsConnection } from "../dist/log/connect.js";
import { withFolder } from "./folder.js";
import { withNats, type NatsServer } from "./nats.js";
import { CLI, cpuMicros, forgetPeak, memory, type Memory } from "./process.js";

/** A process of its own that serves. */
export interface Served {
  url: string;
  /** Microseconds of user and system time that the process has had. */
  cpuMicros(): Promise<number>;
  memory(): Promise<Memory>;
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
      forgetPeak: () => forgetPeak(pid),
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

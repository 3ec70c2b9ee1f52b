import { type FileHandle, mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { type ServerSettings, renderConfiguration } from "./configuration.js";
import type { ServerFiles } from "./files.js";
import { type GuardedProcess, startGuarded } from "./guard.js";
import type { Report } from "./report.js";

const POLL_MS = 10;
const STILL_WAITING_MS = 10_000;

/** nats-server ended before it was ready; the message has what it said. */
export class NatsServerStartError extends Error {
  override readonly name = "NatsServerStartError";
}

/** One nats-server process that accepts connections. */
export interface LaunchedServer {
  readonly pid: number;
  readonly port: number;
  /** How it ended, in words. Never rejects. */
  readonly exited: Promise<string>;
}

/**
 * Writes the configuration and starts nats-server on it; returns when it accepts connections, that is
 * with its store recovered, which takes as long as the store is large.
 *
 * @throws NatsServerStartError
 */
export async function launch({
  binary,
  files,
  settings,
  storeLock,
  signal,
  report,
}: {
  binary: string;
  files: ServerFiles;
  settings: ServerSettings;
  storeLock: FileHandle;
  signal: AbortSignal;
  report: Report;
}): Promise<LaunchedServer> {
  // The files of processes that were killed.
  await rm(files.ports, { recursive: true, force: true });
  await mkdir(files.ports);
  await writeFile(files.configuration, renderConfiguration(files, settings), { mode: 0o600 });
  // One processor stays ours. The server would spread over all of them, and on a small machine spend a
  // quarter of its time on switching threads while the gateway waits for a processor.
  const server = await startGuarded({
    command: binary,
    args: ["-c", files.configuration],
    env: { GOMAXPROCS: String(Math.max(1, availableParallelism() - 1)), ...process.env },
    inherited: storeLock.fd,
    signal,
  });
  const port = await listeningPort(server, files, report);
  return { pid: server.pid, port, exited: server.exited };
}

/** Waits for the ports file, which nats-server writes when it listens. */
async function listeningPort(
  server: GuardedProcess,
  files: ServerFiles,
  report: Report,
): Promise<number> {
  let ended: string | undefined;
  void server.exited.then((how) => {
    ended = how;
  });
  let lineDueAt = Date.now() + STILL_WAITING_MS;
  for (;;) {
    const port = await readPort(files, server.pid);
    if (port !== undefined) return port;
    if (ended !== undefined) {
      const said = [server.complaints(), ...(await loggedErrors(files, server.pid))].join("\n");
      throw new NatsServerStartError(
        `nats-server ${ended} before it was ready. ${said.trim() || `Its log is ${files.log}`}`,
      );
    }
    if (Date.now() > lineDueAt) {
      report("nats-server is not ready yet: it may be recovering a large store");
      lineDueAt += STILL_WAITING_MS;
    }
    await delay(POLL_MS);
  }
}

/** The client port in the file `<name>_<pid>.ports`, once nats-server has written it to the end. */
async function readPort({ ports }: ServerFiles, pid: number): Promise<number | undefined> {
  const name = (await readdir(ports)).find((file) => file.endsWith(`_${pid}.ports`));
  if (name === undefined) return undefined;
  const text = await readFile(join(ports, name), "utf8");
  const port = /"nats":\["nats:\/\/127\.0\.0\.1:(\d+)"/.exec(text)?.[1];
  return port === undefined ? undefined : Number(port);
}

/** The errors that this process has logged: a log holds the lines of all processes before it, too. */
async function loggedErrors({ log }: ServerFiles, pid: number): Promise<string[]> {
  const text = await readFile(log, "utf8").catch(() => "");
  return text
    .split("\n")
    .filter((line) => line.startsWith(`[${pid}]`) && /\[(ERR|FTL)\]/.test(line))
    .slice(-5);
}

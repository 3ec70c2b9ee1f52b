import { randomBytes } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { stageBatchesInMemory } from "./batch-staging.js";
import { type Claim, claimDataFolder } from "./claim.js";
import { fileStoreLimit } from "./configuration.js";
import { type ServerFiles, serverFiles } from "./files.js";
import type { NatsServerBinary } from "./find.js";
import { type LaunchedServer, launch } from "./launch.js";
import { endLeftoverServer } from "./leftover.js";
import type { Report } from "./report.js";

const MAX_PAYLOAD_BYTES = 2 * 1024 * 1024;
const DEATHS_BEFORE_GIVING_UP = 5;
const WITHIN_MS = 60_000;
const FIRST_PAUSE_MS = 100;

export interface StartOptions {
  readonly binary: Pick<NatsServerBinary, "path" | "version">;
  /** Everything is kept in its sub-folder `nats`. */
  readonly dataFolder: string;
  /** An acknowledged write is on disk, also after a power cut (default true); otherwise within 2 min. */
  readonly syncAlways?: boolean;
  /** Default 2 MiB. */
  readonly maxPayloadBytes?: number;
  readonly report: Report;
}

/** What a NATS client needs to connect; the names are those of its options. */
export interface NatsConnection {
  readonly servers: string;
  readonly user: string;
  readonly pass: string;
}

/** Why there is no server any more. */
export type ServerEnd = { reason: "stopped" } | { reason: "gaveUp"; message: string };

/** A running embedded server. After an unexpected death it is another process, on the same port. */
export interface EmbeddedNatsServer {
  /** `nats://127.0.0.1:<port>`, without the credentials. */
  readonly url: string;
  readonly port: number;
  readonly version: string;
  readonly connection: NatsConnection;
  /** The process id of the nats-server that runs now. */
  readonly pid: number;
  /** Settles when the server is gone and the data folder is free. Never rejects. */
  readonly exited: Promise<ServerEnd>;
  /** To be called when a stream was created, before the first batch is sent to it. */
  readonly settleStreams: () => Promise<void>;
  /** Ends the server (SIGTERM, after 10 s SIGKILL) and returns when it is gone. */
  readonly stop: () => Promise<void>;
}

/**
 * Starts a nats-server with JetStream on files in the data folder, on a free port of the loopback
 * interface, with random credentials. It ends with this process, however this process ends. When it
 * dies it is started again on the same port with the same credentials; after five deaths within a
 * minute `exited` says so.
 *
 * @throws DataFolderInUseError when another process runs a server on the folder.
 * @throws NatsServerStartError when nats-server ends at once, with what it said.
 */
export async function startNatsServer(options: StartOptions): Promise<EmbeddedNatsServer> {
  const { binary, dataFolder, syncAlways = true, maxPayloadBytes = MAX_PAYLOAD_BYTES } = options;
  const { report } = options;
  const files = serverFiles(dataFolder);
  const claim = await claimDataFolder(files, report);
  const stopping = new AbortController();
  try {
    const user = "runtrail";
    const password = randomBytes(24).toString("base64url");
    const maxFileStoreBytes = await fileStoreLimit(files);
    const settings = { user, password, syncAlways, maxPayloadBytes, maxFileStoreBytes };
    const launchOn = (port: number) =>
      launch({
        binary: binary.path,
        files,
        settings: { ...settings, port },
        storeLock: claim.storeLock,
        signal: stopping.signal,
        report,
      });

    let current = await launchOn(-1);
    const { port } = current;
    const url = `nats://127.0.0.1:${port}`;
    report(`nats-server ${binary.version} runs on port ${port} (process ${current.pid})`);
    const staging = stageBatchesInMemory(files, report);
    const exited = keepRunning({
      first: current,
      restart: async () => (current = await launchOn(port)),
      files,
      claim,
      endStaging: staging.end,
      signal: stopping.signal,
      report,
    });
    return {
      url,
      port,
      version: binary.version,
      connection: { servers: `127.0.0.1:${port}`, user, pass: password },
      get pid() {
        return current.pid;
      },
      exited,
      settleStreams: staging.settle,
      stop: async () => {
        stopping.abort();
        await exited;
      },
    };
  } catch (error) {
    stopping.abort();
    await claim.release();
    throw error;
  }
}

/** Starts the server again whenever it dies, until it is to stop or dies too often. */
async function keepRunning({
  first,
  restart,
  files,
  claim,
  endStaging,
  signal,
  report,
}: {
  first: LaunchedServer;
  restart: () => Promise<LaunchedServer>;
  files: ServerFiles;
  claim: Claim;
  endStaging: () => Promise<void>;
  signal: AbortSignal;
  report: Report;
}): Promise<ServerEnd> {
  let how = await first.exited;
  let deaths: number[] = [];
  try {
    while (!signal.aborted) {
      const now = Date.now();
      deaths = [...deaths.filter((at) => now - at < WITHIN_MS), now];
      if (deaths.length >= DEATHS_BEFORE_GIVING_UP) {
        const message = `nats-server ${how}, the ${deaths.length}th time within a minute: given up`;
        report(message);
        return { reason: "gaveUp", message };
      }
      report(`nats-server ${how}: starting it again`);
      try {
        // A server whose guard was killed may still be there.
        await endLeftoverServer(files);
        await delay(FIRST_PAUSE_MS * 2 ** (deaths.length - 1), undefined, { signal });
        const server = await restart();
        report(`nats-server runs again on port ${server.port} (process ${server.pid})`);
        how = await server.exited;
      } catch (error) {
        // Counts as a death: the port may be taken for a moment by a client that reconnects to it.
        how = (error as Error).message;
      }
    }
    return { reason: "stopped" };
  } finally {
    await endLeftoverServer(files);
    await endStaging();
    await claim.release();
  }
}

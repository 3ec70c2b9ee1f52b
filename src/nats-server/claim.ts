import { type FileHandle, mkdir, readFile } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import type { ServerFiles } from "./files.js";
import { endLeftoverServer, runningServer } from "./leftover.js";
import { tryLock } from "./lock.js";
import type { Report } from "./report.js";

const STORE_WAIT_MS = 15_000;
const POLL_MS = 50;

/** Another process runs a server on this data folder. */
export class DataFolderInUseError extends Error {
  override readonly name = "DataFolderInUseError";

  constructor(
    readonly folder: string,
    /** The process that holds the folder, where it is known. */
    readonly pid: number | undefined,
  ) {
    const holder = pid === undefined ? "another process" : `process ${pid}`;
    super(
      `The data folder ${folder} is in use by ${holder}. One folder takes one server: ` +
        `stop that process, or choose another folder.`,
    );
  }
}

/** The sole right to run a server on a data folder. */
export interface Claim {
  /** To be inherited by nats-server, so that whoever comes next cannot overlook it. */
  readonly storeLock: FileHandle;
  readonly release: () => Promise<void>;
}

/**
 * Claims a data folder. A nats-server left there by a process that was killed is ended first: it holds
 * the store's lock for as long as it lives.
 *
 * @throws DataFolderInUseError
 */
export async function claimDataFolder(files: ServerFiles, report: Report): Promise<Claim> {
  await mkdir(files.folder, { recursive: true, mode: 0o700 });
  const ownerLock = await tryLock(files.ownerLock);
  if (ownerLock === undefined) {
    throw new DataFolderInUseError(files.folder, await recordedPid(files.ownerLock));
  }
  try {
    await ownerLock.truncate();
    await ownerLock.write(`${process.pid}\n`, 0);
    const storeLock = await claimStore(files, report);
    return {
      storeLock,
      release: async () => {
        await storeLock.close();
        await ownerLock.truncate();
        await ownerLock.close();
      },
    };
  } catch (error) {
    await ownerLock.close();
    throw error;
  }
}

async function claimStore(files: ServerFiles, report: Report): Promise<FileHandle> {
  const atOnce = await tryLock(files.storeLock);
  if (atOnce !== undefined) return atOnce;

  report("waiting for the nats-server of an earlier process to end");
  const deadline = Date.now() + STORE_WAIT_MS;
  await endLeftoverServer(files);
  // A server so young that its process id is not recorded yet is being ended by its own guard.
  for (;;) {
    const lock = await tryLock(files.storeLock);
    if (lock !== undefined) return lock;
    if (Date.now() > deadline) {
      throw new DataFolderInUseError(files.folder, await runningServer(files));
    }
    await delay(POLL_MS);
  }
}

async function recordedPid(file: string): Promise<number | undefined> {
  const pid = Number.parseInt(await readFile(file, "utf8"), 10);
  return Number.isNaN(pid) ? undefined : pid;
}

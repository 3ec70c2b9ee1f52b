import { chmod, mkdir, mkdtemp, readdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { unpackDebianPackage } from "./debian-package.js";
import { type NatsServerBinary, cachedBinaryPath, inspectBinary } from "./find.js";
import { unpackReleaseArchive } from "./release-archive.js";
import type { Report } from "./report.js";
import { MINIMUM_NATS_VERSION } from "./version.js";

const WORK_FOLDER_PREFIX = "installing-";
const ABANDONED_AFTER_MS = 60 * 60 * 1000;

/** One way of getting a nats-server: puts a binary somewhere below `folder` and returns its path. */
interface Way {
  readonly name: string;
  readonly unpack: (options: { folder: string; report: Report }) => Promise<string>;
}

const WAYS: readonly Way[] = [
  { name: "the official release archive", unpack: unpackReleaseArchive },
  { name: "Debian's package", unpack: unpackDebianPackage },
];

/** What was tried and why it did not work. */
export interface InstallAttempt {
  readonly way: string;
  readonly reason: string;
}

/** No way of installing a nats-server worked; the message says what was tried and how to do it by hand. */
export class NatsServerInstallError extends Error {
  override readonly name = "NatsServerInstallError";

  constructor(
    readonly attempts: readonly InstallAttempt[],
    options?: ErrorOptions,
  ) {
    super(
      [
        "No nats-server could be installed:",
        ...attempts.map(({ way, reason }) => `  - ${way}: ${reason}`),
        `To install it by hand, get nats-server ${MINIMUM_NATS_VERSION} or newer from`,
        "https://github.com/nats-io/nats-server/releases and put it on PATH, or name its path in",
        "RUNTRAIL_NATS_SERVER. Or set NATS_URL to a server that already runs.",
      ].join("\n"),
      options,
    );
  }
}

/**
 * Installs a nats-server into the cache folder and returns it. The download is verified (release
 * checksums, or the signature of the Debian archive) and the binary has been run once. Needs no root
 * and leaves the system's package state alone. Any number of processes may install at the same time:
 * each works in a folder of its own, and the last step is one rename.
 *
 * @throws NatsServerInstallError
 */
export async function installNatsServer({
  cacheFolder,
  report,
}: {
  cacheFolder: string;
  report: Report;
}): Promise<NatsServerBinary> {
  const workFolder = await createWorkFolder(cacheFolder);
  const attempts: InstallAttempt[] = [];
  try {
    for (const { name, unpack } of WAYS) {
      report(`installing nats-server from ${name}`);
      try {
        const folder = await mkdtemp(join(workFolder, "way-"));
        const unpacked = await unpack({ folder, report });
        return await settle(unpacked, cachedBinaryPath(cacheFolder), report);
      } catch (error) {
        const reason = describe(error);
        report(`${name} is not available: ${reason}`);
        attempts.push({ way: name, reason });
      }
    }
    throw new NatsServerInstallError(attempts);
  } finally {
    await rm(workFolder, { recursive: true, force: true });
  }
}

async function settle(unpacked: string, path: string, report: Report): Promise<NatsServerBinary> {
  await chmod(unpacked, 0o755);
  const inspected = await inspectBinary(unpacked);
  if ("reason" in inspected) throw new Error(`what it gave is of no use: ${inspected.reason}`);
  await rename(unpacked, path);
  report(`installed nats-server ${inspected.version} at ${path}`);
  return { path, version: inspected.version, where: "cache" };
}

async function createWorkFolder(cacheFolder: string): Promise<string> {
  try {
    await mkdir(cacheFolder, { recursive: true });
    await removeAbandoned(cacheFolder);
    // Beside the final place, because a rename is atomic only within one file system.
    return await mkdtemp(join(cacheFolder, WORK_FOLDER_PREFIX));
  } catch (error) {
    const way = `the cache folder ${cacheFolder}`;
    const reason = `${describe(error)}; RUNTRAIL_CACHE may name another folder`;
    throw new NatsServerInstallError([{ way, reason }], { cause: error });
  }
}

/** An install that was killed half-way leaves its downloads behind. */
async function removeAbandoned(cacheFolder: string): Promise<void> {
  for (const name of await readdir(cacheFolder)) {
    if (!name.startsWith(WORK_FOLDER_PREFIX)) continue;
    const folder = join(cacheFolder, name);
    // Gone meanwhile when the process that works in it has finished.
    const found = await stat(folder).catch(() => undefined);
    if (found === undefined || Date.now() - found.mtimeMs < ABANDONED_AFTER_MS) continue;
    await rm(folder, { recursive: true, force: true });
  }
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

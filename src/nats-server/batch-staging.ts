import { createHash } from "node:crypto";
import { lstat, mkdir, readdir, readlink, rm, rmdir, statfs, symlink } from "node:fs/promises";
import { join } from "node:path";
import type { ServerFiles } from "./files.js";
import type { Report } from "./report.js";

const MEMORY_FOLDER = "/dev/shm";
/** `f_type` of a tmpfs (statfs(2)). */
const TMPFS = 0x01021994;
const PERIOD_MS = 500;

/**
 * Has nats-server stage atomic batches in memory instead of on disk, for as long as it runs.
 *
 * With one replica the server puts every batch together in a file store of its own, a folder in
 * `batches` of the stream, which it makes, syncs and removes for each: a dozen synchronous writes, many
 * times what the batch itself costs (measured: 7 ms of which 5 ms are staging). Nothing depends on it
 * being on disk: what is committed is synced in the stream before it is acknowledged, and at start the
 * server throws away whatever it finds staged. So `batches` is made a link into a tmpfs.
 *
 * The server removes the link when it starts and makes a folder, so it is looked after all the time;
 * what is not as expected stays as it is, and is merely slower.
 *
 * Where a batch is under way at the very moment the link is made, the server refuses it, and it is to be
 * sent again; {@link BatchStaging.settle} makes it before there is one.
 */
export function stageBatchesInMemory(files: ServerFiles, report: Report): BatchStaging {
  const target = targetOf(files);
  const nothing = () => Promise.resolve();
  if (process.platform !== "linux") return { settle: nothing, end: nothing };
  let isStopped = false;
  let underWay: Promise<void> = Promise.resolve();
  const look = async () => {
    if (!(await isUsable(target))) {
      report(`atomic batches are staged on disk: ${target} cannot be used`);
      isStopped = true;
      clearInterval(timer);
      return;
    }
    await linkStreams(files, target);
  };
  const settle = () =>
    (underWay = underWay.then(() => (isStopped ? undefined : look())).catch(() => undefined));
  const timer = setInterval(() => {
    void settle();
  }, PERIOD_MS);
  timer.unref();
  return {
    settle,
    end: async () => {
      isStopped = true;
      clearInterval(timer);
      await underWay;
      await unlinkStreams(files, target);
      await rm(target, { recursive: true, force: true });
    },
  };
}

export interface BatchStaging {
  /** Resolves when the streams that there are now have been seen to; to be called when one was created. */
  settle: () => Promise<void>;
  end: () => Promise<void>;
}

/** Its own for each data folder, and the same each time, so that a crash leaves nothing that piles up. */
function targetOf(files: ServerFiles): string {
  const name = createHash("sha256").update(files.folder).digest("hex").slice(0, 16);
  return join(MEMORY_FOLDER, `runtrail-${name}`);
}

/** Makes sure that the folder is there, in memory, and nobody else's: events pass through it. */
async function isUsable(target: string): Promise<boolean> {
  try {
    if ((await statfs(MEMORY_FOLDER)).type !== TMPFS) return false;
    await mkdir(target, { mode: 0o700 }).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    });
    const found = await lstat(target);
    return found.isDirectory() && found.uid === process.getuid?.() && (found.mode & 0o077) === 0;
  } catch {
    return false;
  }
}

/** The streams' folders in the server's store. */
async function streamFolders(files: ServerFiles): Promise<{ name: string; batches: string }[]> {
  const store = join(files.folder, "jetstream");
  const found: { name: string; batches: string }[] = [];
  for (const account of await readdir(store).catch(() => [])) {
    const streams = join(store, account, "streams");
    for (const name of await readdir(streams).catch(() => [])) {
      found.push({ name, batches: join(streams, name, "batches") });
    }
  }
  return found;
}

async function linkStreams(files: ServerFiles, target: string): Promise<void> {
  for (const { name, batches } of await streamFolders(files)) {
    const folder = join(target, name);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    if ((await readlink(batches).catch(() => undefined)) === folder) continue;
    // Fails while a batch is being staged, and then it is tried again soon.
    await rmdir(batches).catch(() => undefined);
    await symlink(folder, batches).catch(() => undefined);
  }
}

/** So that the store, at rest, has no link to what is not there any more. */
async function unlinkStreams(files: ServerFiles, target: string): Promise<void> {
  for (const { batches } of await streamFolders(files)) {
    const link = await readlink(batches).catch(() => "");
    if (link.startsWith(target)) await rm(batches, { force: true });
  }
}

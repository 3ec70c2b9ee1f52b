import { randomBytes } from "node:crypto";
import { mkdir, readdir, type FileHandle } from "node:fs/promises";
import { join } from "node:path";
import { SpoolFile } from "./spool-file.js";

/**
 * Takes the exclusive lock of a file, creating the file if need be, or returns `undefined` when another
 * process holds it. The lock must end with the process: that is how a file is known to be left over.
 */
export type TryLock = (path: string) => Promise<FileHandle | undefined>;

export interface SpoolFolder {
  path: string;
  tryLock: TryLock;
}

/** A new, empty spool of this process's own. Its name sorts by time. */
export async function createSpool({ path, tryLock }: SpoolFolder): Promise<SpoolFile> {
  await mkdir(path, { recursive: true, mode: 0o700 });
  for (;;) {
    const stamp = new Date().toISOString().replaceAll(/[-:.]/g, "");
    const file = join(path, `${stamp}-${randomBytes(4).toString("hex")}.ndjson`);
    // Another process that looks for left-over files can be quicker with the lock of a new one.
    const handle = await tryLock(file);
    if (handle !== undefined) return SpoolFile.open(file, handle);
  }
}

/** The spools of processes that are gone, oldest first, each locked for the time it is looked at. */
export async function* leftoverSpools({
  path,
  tryLock,
}: SpoolFolder): AsyncGenerator<SpoolFile, void> {
  const names = await readdir(path).catch(() => []);
  for (const name of names.filter((entry) => entry.endsWith(".ndjson")).sort()) {
    const file = join(path, name);
    const handle = await tryLock(file);
    if (handle !== undefined) yield await SpoolFile.open(file, handle);
  }
}

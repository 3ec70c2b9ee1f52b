import { closeSync, fsyncSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import type { ReadDatabase } from "./database.js";

/** Linux makes another one with each start of the machine. */
const BOOT_ID = "/proc/sys/kernel/random/boot_id";

/** Beside a file that may not be whole on the disk. */
export const MARK_SUFFIX = "-unsynced";

/**
 * Writes on without waiting for the disk, for as long as there is much to write. Whoever appends to the log waits for
 * the same disk, and a read model can be made anew: only a crash of the machine damages it, and a mark beside the
 * file tells of that.
 */
export function stopSyncing(db: ReadDatabase): void {
  writeFileSync(db.name + MARK_SUFFIX, thisBoot() ?? "");
  // The mark is on the disk before anything is written that might not be.
  for (const path of [db.name + MARK_SUFFIX, dirname(db.name)]) sync(path);
  db.pragma("synchronous = off");
}

/** Brings everything to the disk, and from here on what is written. */
export function startSyncing(db: ReadDatabase): void {
  db.pragma("synchronous = normal");
  db.pragma("wal_checkpoint(PASSIVE)");
  // SQLite brings what it has just copied to the disk, but knows nothing of what was copied before.
  for (const suffix of ["-wal", ""]) sync(db.name + suffix);
  rmSync(db.name + MARK_SUFFIX, { force: true });
}

/** Whether the machine may have gone down before all of the file was on the disk. */
export function mayBeTorn(file: string): boolean {
  const boot = contentOf(file + MARK_SUFFIX);
  return boot !== undefined && (boot === "" || boot !== thisBoot());
}

function thisBoot(): string | undefined {
  return contentOf(BOOT_ID)?.trim();
}

function contentOf(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

function sync(path: string): void {
  const fd = openSync(path, "r");
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { tryLock } from "../../src/nats-server/lock.js";
import type { SpoolFolder } from "../../src/runner/spool-folder.js";

/** A spool folder in a temporary place. */
export async function temporarySpool(): Promise<SpoolFolder & { remove: () => Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), "runtrail-spool-"));
  return { path, tryLock, remove: () => rm(path, { recursive: true, force: true }) };
}

export async function filesIn({ path }: SpoolFolder): Promise<string[]> {
  return (await readdir(path)).sort();
}

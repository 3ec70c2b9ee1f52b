import type { SealStore, StoredEntry } from "../log/seal-store.js";

/** A checkpoint that was published. */
export interface PublishedCheckpoint {
  size: number;
  /** A signed note. */
  note: string;
}

const PREFIX = "checkpoints";

/** The name of the checkpoint of a size. */
export function checkpointName(size: number): string {
  return `${PREFIX}.${size}`;
}

/** The published checkpoints of at least a size, the smallest first. */
export async function readCheckpoints(
  store: SealStore,
  fromSize: number,
  limit: number,
): Promise<PublishedCheckpoint[]> {
  const found: PublishedCheckpoint[] = [];
  let entry = await firstFrom(store, fromSize);
  while (entry && found.length < limit) {
    found.push({ size: sizeOf(entry), note: entry.text });
    entry = await store.readNext(PREFIX, entry.revision + 1);
  }
  return found;
}

/** Sizes rise with revisions, so the first is found by halving. */
async function firstFrom(store: SealStore, size: number): Promise<StoredEntry | undefined> {
  let low = 1;
  let high = (await store.newestRevision()) + 1;
  let found: StoredEntry | undefined;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const entry = await store.readNext(PREFIX, middle);
    if (entry && sizeOf(entry) < size) {
      low = entry.revision + 1;
    } else {
      found = entry ?? found;
      high = middle;
    }
  }
  return found;
}

function sizeOf({ name }: StoredEntry): number {
  return Number(name.slice(PREFIX.length + 1));
}

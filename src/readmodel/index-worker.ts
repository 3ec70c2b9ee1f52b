import { mkdirSync, statSync, type Stats } from "node:fs";
import { constants, setPriority } from "node:os";
import { dirname } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { parentPort, workerData } from "node:worker_threads";
import { readBounds } from "../log/bounds.js";
import { connectNats, type NatsConnection } from "../log/connect.js";
import { attachLog, type Log } from "../log/stream.js";
import { agreesWithLog } from "./agreement.js";
import { FAR_BEHIND, readBatches } from "./batch-thread.js";
import {
  foldWriteAheadLog,
  isDamaged,
  looksLikeDatabase,
  openForWriting,
  removeDatabase,
  usedBytesOf,
  type ReadDatabase,
} from "./database.js";
import type { IndexNews, IndexSource } from "./index-thread.js";
import { Indexer } from "./indexer.js";
import { bytesIn } from "./packed-events.js";
import { unpackRecords } from "./record-batch.js";
import { alone } from "./shared-file.js";
import { startSyncing, stopSyncing } from "./unsynced.js";
import { BoundReachedError, messageOf, writeTroubleOf } from "./write-trouble.js";

/** The file is gone, is another one, or is shorter than it was. */
class DamagedFileError extends Error {
  override readonly name = "DamagedFileError";
  constructor(file: string) {
    super(`${file} was removed, replaced or cut while it was open; it is made anew`);
  }
}

// Of this thread only, on Linux: where processors are short, appending and delivering go first.
setPriority(0, constants.priority.PRIORITY_LOW);

/** The log has lost its newest events, and has others in their places. */
class OtherEventsError extends Error {
  override readonly name = "OtherEventsError";
  constructor() {
    super(
      "the log has other events than those that were read from it; the read model is made anew",
    );
  }
}

/** The other side of an {@link IndexThread}. */
const source = workerData as IndexSource;
const { path } = source.file;

/** How often what retention has removed is looked for, and whether the file is still there. */
const HOUSEKEEPING_MS = 5000;

/** After trouble, and before the log is read again. */
const RETRY_MS = 2000;

/**
 * After catching up, the system writes to the disk by itself and out of everybody's way. Whoever demands all of it at
 * once has everybody wait who appends.
 */
const SETTLING_MS = 60_000;

/** What a batch takes in the file, at most, for each of its bytes: its events, their words, and what finds them. */
const BYTES_IN_FILE = 2;
/** And besides: pages that are begun, and those that full text takes while it is merged. */
const BYTES_A_BATCH = 256 * 1024;

/** While there is no room, before writing is tried again: at first, and at most. Each time it is twice as long. */
const FIRST_PAUSE_MS = 250;
const MOST_PAUSE_MS = 15_000;

const closing = new AbortController();
/** Ends one go at following the log. */
let going = new AbortController();
let isRebuildDue = false;

parentPort?.on("message", (order: "rebuild" | "close") => {
  if (order === "rebuild") isRebuildDue = true;
  else closing.abort();
  going.abort();
});

const tell = (news: IndexNews) => parentPort?.postMessage(news);

while (!closing.signal.aborted) {
  going = new AbortController();
  const { signal } = going;
  let nc: NatsConnection | undefined;
  try {
    nc = await connectNats(source.nats);
    const log = await attachLog(nc, source.log);
    await follow(log, signal);
  } catch (error) {
    const trouble = writeTroubleOf(error, path);
    tell({ is: "trouble", ...(trouble ?? { state: "failing", reason: messageOf(error) }) });
    isRebuildDue ||=
      error instanceof DamagedFileError || error instanceof OtherEventsError || isDamaged(error);
    await delay(RETRY_MS, undefined, { signal: closing.signal }).catch(() => undefined);
  } finally {
    await nc?.close();
  }
}
// Nothing else is to come, and nobody to be listened to.
parentPort?.close();

/** The file, or a new one where one is due. */
function openFor({ epoch }: Log): ReadDatabase {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  return alone(source.file, () => {
    if (isRebuildDue) {
      removeDatabase(path);
      tell({ is: "removed" });
    }
    isRebuildDue = false;
    return openForWriting(path, epoch);
  });
}

/** Writes the log into the file until it is told to stop. */
async function follow(from: Log, signal: AbortSignal): Promise<void> {
  const db = openFor(from);
  try {
    if (!(await agreesWithLog(db, from))) throw new OtherEventsError();
    const indexer = new Indexer(db);
    let file = statSync(path);
    const keepHouse = async () => {
      file = stillTheSame(file, statSync(path, { throwIfNoEntry: false }));
      if (!(await agreesWithLog(db, from))) throw new OtherEventsError();
      const { first } = await readBounds(from);
      while (!signal.aborted && indexer.trim(first) > 0) await delay(0);
    };
    const { last } = await readBounds(from);
    let isSyncing = last - indexer.position < FAR_BEHIND;
    if (isSyncing) startSyncing(db);
    else stopSyncing(db);
    let syncAt = Infinity;
    const extent = () => ({ position: indexer.position, usedBytes: usedBytesOf(db) });
    tell({ is: "opened", ...extent() });
    let lookAt = performance.now();
    const after = indexer.position;
    for await (const batch of readBatches({ ...source, after }, signal)) {
      await onceThereIsRoom(signal, async (isAgain) => {
        if (isAgain || performance.now() >= lookAt) {
          await keepHouse();
          lookAt = performance.now() + HOUSEKEEPING_MS;
        }
        if (isAgain) foldWriteAheadLog(db);
        const grownBytes = usedBytesOf(db) + BYTES_A_BATCH + BYTES_IN_FILE * bytesIn(batch);
        if (grownBytes > (source.bytes ?? Infinity)) throw new BoundReachedError();
        indexer.add(unpackRecords(batch));
      });
      if (signal.aborted) return;
      tell({ is: "position", ...extent() });
      if (isSyncing || indexer.position < last) continue;
      syncAt = Math.min(syncAt, performance.now() + SETTLING_MS);
      if (performance.now() < syncAt) continue;
      await onceThereIsRoom(signal, () => {
        startSyncing(db);
      });
      isSyncing = true;
    }
  } finally {
    db.close();
  }
}

/**
 * Writes something, and where there is no room for it says so and tries again, until there is or the signal aborts.
 * The file stays open, so that what is in it can be read all the while; the log is not read any further.
 *
 * @throws whatever else writing fails with
 */
async function onceThereIsRoom(
  signal: AbortSignal,
  write: (isAgain: boolean) => Promise<void> | void,
): Promise<void> {
  for (let attempt = 0; !signal.aborted; attempt++) {
    try {
      await write(attempt > 0);
      return;
    } catch (error) {
      const trouble = writeTroubleOf(error, path);
      if (!trouble) throw error;
      tell({ is: "trouble", ...trouble });
    }
    const pauseMs = Math.min(FIRST_PAUSE_MS * 2 ** attempt, MOST_PAUSE_MS);
    await delay(pauseMs, undefined, { signal }).catch(() => undefined);
  }
}

/**
 * SQLite does not look whether somebody else has changed its file, and would only find out by and by.
 *
 * @throws DamagedFileError
 */
function stillTheSame(before: Stats, now: Stats | undefined): Stats {
  const isSame = now?.ino === before.ino && now.size >= before.size;
  if (isSame && looksLikeDatabase(path)) return now;
  throw new DamagedFileError(path);
}

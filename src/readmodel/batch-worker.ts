import { constants, setPriority } from "node:os";
import { setTimeout as delay } from "node:timers/promises";
import { parentPort, workerData } from "node:worker_threads";
import { readBounds } from "../log/bounds.js";
import { connectNats } from "../log/connect.js";
import { scan } from "../log/scan.js";
import { attachLog } from "../log/stream.js";
import { demandSameLog, tail } from "../log/tail.js";
import { BATCHES_AHEAD, FAR_BEHIND, type BatchSource } from "./batch-thread.js";
import { RecordPacker, type IndexedRecord } from "./record-batch.js";

// Of this thread only, on Linux: where processors are short, appending and delivering go first.
setPriority(0, constants.priority.PRIORITY_LOW);

/** The other side of {@link readBatches}: it goes on until it is terminated, or fails. */
const source = workerData as BatchSource;

/** Events are handed over when they are a full batch, or their first one has waited for this long. */
const BATCH_MS = 10;

/** The newest sequence that has been packed. */
let position = source.after;
const packer = new RecordPacker();
let isFarBehind = false;

/** Batches that may be handed over. */
let room = BATCHES_AHEAD;
let onRoom: () => void = () => undefined;

parentPort?.on("message", (buffer: ArrayBuffer) => {
  if (isFarBehind) packer.recycle(buffer);
  room++;
  onRoom();
});

const log = await attachLog(await connectNats(source.nats), source.log);
for (;;) {
  await catchUp();
  await follow();
}

/** Reads what there is, no faster than it is written. */
async function catchUp(): Promise<void> {
  if (!packer.isEmpty) await handOver();
  await demandSameLog(log);
  const { first, last } = await readBounds(log);
  const from = Math.max(first, position + 1);
  isFarBehind = last - from >= FAR_BEHIND;
  if (!isFarBehind) return;
  for await (const places of scan(log, from, last, new AbortController().signal)) {
    for (const place of places) {
      if (place.is === "event") add(place.record);
      if (packer.isFull) await handOver();
    }
  }
  position = last;
  if (!packer.isEmpty) await handOver();
  packer.shrink();
  isFarBehind = false;
}

/** Reads what comes as it comes, until more has come than could be written. */
async function follow(): Promise<void> {
  const { signal } = new AbortController();
  const { durable } = source;
  const events = tail(log, { durable, after: position, signal, onForeign: () => undefined });
  for (;;) {
    const next = events.next();
    if (!packer.isEmpty && (await isLate(next))) await handOver();
    const result = await next;
    if (result.done === true) return;
    for (const record of result.value) {
      add(record);
      if (!packer.isFull) continue;
      if (room === 0) {
        // What is not taken from there waits in memory, however much it is.
        await events.return(undefined);
        return;
      }
      await handOver();
    }
  }
}

function add(record: IndexedRecord): void {
  packer.add(record);
  position = record.sequence;
}

/** Waits until there is room. */
async function handOver(): Promise<void> {
  await untilRoom();
  room--;
  const batch = packer.take();
  // Handed over, not copied.
  parentPort?.postMessage(batch, [batch.facts.buffer, batch.bytes]);
}

async function untilRoom(): Promise<void> {
  while (room === 0) await new Promise<void>((resolve) => (onRoom = resolve));
}

/** Whether something takes longer than a batch may wait, and there is room for it. */
async function isLate(promise: Promise<unknown>): Promise<boolean> {
  const timer = new AbortController();
  const late = delay(BATCH_MS, undefined, { signal: timer.signal })
    .then(untilRoom)
    .then(() => true);
  const isFirst = await Promise.race([late.catch(() => true), promise.then(() => false)]);
  timer.abort();
  return isFirst;
}

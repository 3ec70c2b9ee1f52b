import { setTimeout as delay } from "node:timers/promises";
import { findStamp, nowMs, sinceStamp } from "./stamp.js";
import { openViewer, type Read, type Viewer } from "./viewer.js";
import type { Answers, Opened, Order } from "./viewers.js";

/** The process in which viewers live: it does what it is told to, one order after the other. */

/** Connections that are being opened at the same time, fewer than a listening socket lets wait. */
const AT_ONCE = 100;

let viewers: Viewer[] = [];
let fail: (error: Error) => void = () => undefined;

process.on("message", (order: Order) => {
  const failed = new Promise<never>((_, reject) => (fail = reject));
  Promise.race([carryOut(order), failed]).then(
    (answer) => process.send?.({ answer }),
    (error: unknown) => process.send?.({ error: String(error) }),
  );
});
process.on("disconnect", () => process.exit(0));

function carryOut(order: Order): Promise<Answers[Order["do"]]> {
  switch (order.do) {
    case "open":
      return open(order);
    case "arrivals":
      return arrivals(order);
    case "burst":
      return burst(order);
    case "cut":
      return cut();
  }
}

/** Opens viewers until each has got to the words `until`, and tells what each was sent before them. */
async function open({
  url,
  targets,
  event,
  until,
  withinMs,
}: Order & { do: "open" }): Promise<Opened[]> {
  let next = 0;
  const openNext = async () => {
    for (let n; (n = next++) < targets.length;) results[n] = await openOne(n);
  };
  const openOne = async (n: number) => {
    const target = targets[n];
    if (!target) throw new Error("there is a target");
    if (withinMs !== undefined) await delay(Math.random() * withinMs);
    return new Promise<Opened>((resolve) => {
      const read = tally(event, until, resolve);
      viewers.push(
        openViewer(url, target, read, (error) => {
          fail(error);
        }),
      );
    });
  };
  const results: Opened[] = [];
  const atOnce = withinMs === undefined ? AT_ONCE : targets.length;
  await Promise.all(Array.from({ length: atOnce }, openNext));
  return results;
}

/** Counts events, by the words behind the cursor in their blocks, and looks at their sequences. */
function tally(event: string, until: string, done: (opened: Opened) => void): Read {
  const eventWords = Buffer.from(event);
  const untilWords = Buffer.from(until);
  const opened: Opened = { events: 0, first: 0, last: 0, sum: 0, firstFrameMs: 0, doneMs: 0 };
  let isHead = true;
  return (bytes, from, viewer) => {
    if (isHead && !bytes.includes("HTTP/1.1 200"))
      fail(new Error(bytes.toString("latin1", 0, 500)));
    isHead = false;
    if (opened.firstFrameMs === 0 && bytes.includes("\ndata:"))
      opened.firstFrameMs = nowMs() - viewer.startedMs;
    for (
      let at = bytes.indexOf(eventWords, Math.max(0, from - eventWords.length + 1));
      at >= 0;
      at = bytes.indexOf(eventWords, at + eventWords.length)
    ) {
      const sequence = sequenceBefore(bytes, at);
      if (opened.events++ === 0) opened.first = sequence;
      opened.last = sequence;
      opened.sum += sequence;
    }
    if (!bytes.includes(untilWords, Math.max(0, from - untilWords.length + 1))) return;
    opened.doneMs = nowMs() - viewer.startedMs;
    viewer.read = () => undefined;
    done(opened);
  };
}

/** Of the cursor that ends at `end`. */
function sequenceBefore(bytes: Buffer, end: number): number {
  const colon = bytes.lastIndexOf(": ", end);
  return parseInt(bytes.toString("latin1", colon + 2, end), 10);
}

/** How long so many stamped events were on their way, all viewers together. */
function arrivals({ count, patienceMs }: Order & { do: "arrivals" }): Promise<Answers["arrivals"]> {
  const latencies = new Float64Array(count).fill(patienceMs);
  let arrived = 0;
  return new Promise((resolve) => {
    const finish = () => {
      clearTimeout(timer);
      latencies.sort();
      const at = (share: number) => latencies[Math.floor(count * share)] ?? NaN;
      resolve({ p50Ms: at(0.5), p99Ms: at(0.99), mostMs: at(1 - 1 / count) });
    };
    const timer = setTimeout(finish, patienceMs);
    everyoneReads((bytes, from) => {
      // A stamp whose last byte had come before would be counted twice.
      for (
        let at = findStamp(bytes, Math.max(0, from - 5));
        at >= 0;
        at = findStamp(bytes, at + 6)
      ) {
        latencies[arrived++] = sinceStamp(bytes, at);
      }
      if (arrived === count) finish();
    });
  });
}

/** From the first byte at anyone to the block with the words `until` at everyone. */
function burst({ until, event }: Order & { do: "burst" }): Promise<Answers["burst"]> {
  const untilWords = Buffer.from(until);
  const eventWords = Buffer.from(event);
  const received = new Map(viewers.map((viewer) => [viewer, 0]));
  const [sample] = viewers;
  let events = 0;
  let firstMs = 0;
  let under = viewers.length;
  return new Promise((resolve) => {
    everyoneReads((bytes, from, viewer) => {
      if (firstMs === 0) firstMs = nowMs();
      received.set(viewer, (received.get(viewer) ?? 0) + bytes.length - from);
      if (viewer === sample) {
        for (
          let at = bytes.indexOf(eventWords, Math.max(0, from - eventWords.length + 1));
          at >= 0;
          at = bytes.indexOf(eventWords, at + eventWords.length)
        ) {
          events++;
        }
      }
      // The last block is looked for only where one ends, and only there.
      if (bytes[bytes.length - 1] !== 0x0a || bytes[bytes.length - 2] !== 0x0a) return;
      if (!bytes.includes(untilWords, Math.max(0, bytes.length - 1024)) || --under > 0) return;
      const bytesEach = [...received.values()];
      resolve({
        events,
        ms: nowMs() - firstMs,
        leastBytes: Math.min(...bytesEach),
      });
    });
  });
}

function everyoneReads(read: Read): void {
  for (const viewer of viewers) viewer.read = read;
}

async function cut(): Promise<undefined> {
  const gone = viewers;
  viewers = [];
  await Promise.all(
    gone.map(
      ({ socket }) =>
        new Promise<void>((resolve) => {
          socket.once("close", () => {
            resolve();
          });
          socket.destroy();
        }),
    ),
  );
}

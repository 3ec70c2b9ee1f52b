import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { appendAll } from "./drafts.js";
import { figure, median, type Figure } from "./figure.js";
import { withFolder } from "./folder.js";
import { withGatewayOf, type Served } from "./gateway.js";
import { inTurns, type Load, type Side } from "./load.js";
import { withNats } from "./nats.js";
import { untilPosition } from "./read-position.js";
import { nowMs } from "./stamp.js";
import { openViewer } from "./viewer.js";
import { CAUGHT_UP, EVENT } from "./viewers.js";

/** Of the whole log; fewer are for trying things out. */
const EVENTS = Number(process.env.OLD_RUN_EVENTS ?? 1_000_000);
const RUN_EVENTS = 100;
/** Old runs, which are read in turns, and those whose events lie between theirs. */
const OLD_RUNS = 10;
const OTHER_RUNS = 5000;
const APPEND_AT_ONCE = 50_000;

/** The code is compiled while it runs: the first turns take half as long again. */
const ROUNDS = 7;
const SETTLE_MS = 1000;
/** Each turn has so many readers, and more where it is the quicker side's. */
const READERS = 50;
const READERS_OF_INDEX = 300;
const ABREAST = 50;

/** What is to be met, whatever JetStream takes. */
const ONE_MS = 10;
const ABREAST_MS = 100;

const words = (text: string) => Buffer.from(text);

/** Each old run has an event in each hundredth of the log. */
function scopeOf(n: number): string {
  const place = n % Math.floor(EVENTS / RUN_EVENTS);
  return place < OLD_RUNS ? `runs/old-${place}` : `runs/other-${n % OTHER_RUNS}`;
}

/** Milliseconds from connecting to the first event of a run's stream; all of them must come. */
function readOldRun(url: string, n: number): Promise<number> {
  let events = 0;
  let firstMs = 0;
  return new Promise((resolve, reject) => {
    const path = `/v1/runs/old-${n % OLD_RUNS}/stream`;
    const viewer = openViewer(
      url,
      { path },
      (bytes, from) => {
        const event = words(EVENT);
        let at = bytes.indexOf(event, Math.max(0, from - event.length + 1));
        for (; at >= 0; at = bytes.indexOf(event, at + event.length)) events++;
        if (events > 0 && firstMs === 0) firstMs = nowMs() - viewer.startedMs;
        if (!bytes.includes(CAUGHT_UP, Math.max(0, from - CAUGHT_UP.length + 1))) return;
        viewer.read = () => undefined;
        viewer.socket.destroy();
        if (events === RUN_EVENTS) resolve(firstMs);
        else reject(new Error(`${events} of ${RUN_EVENTS} events came`));
      },
      reject,
    );
  });
}

async function readers(url: string, count: number, abreast: number): Promise<Load> {
  const times: number[] = [];
  const start = performance.now();
  for (let n = 0; n < count; n += abreast) {
    const some = Array.from({ length: abreast }, (_, i) => readOldRun(url, n + i));
    times.push(...(await Promise.all(some)));
  }
  times.sort((a, b) => a - b);
  const at = (share: number) => times[Math.floor(times.length * share)] ?? NaN;
  const perSecond = times.length / ((performance.now() - start) / 1000);
  return { count: times.length, perSecond, p50Ms: at(0.5), p99Ms: at(0.99) };
}

async function fill(url: string): Promise<void> {
  for (let n = 0; n < EVENTS; n += APPEND_AT_ONCE) {
    await appendAll(url, Math.min(APPEND_AT_ONCE, EVENTS - n), (i) => scopeOf(n + i));
  }
}

async function readModelHasAll(served: Served): Promise<void> {
  await untilPosition(served, (position) => position >= EVENTS);
}

async function figureOf(
  indexed: Served,
  scanned: Served,
  abreast: number,
  mostMs: number,
): Promise<Figure> {
  const { ours, reference } = await inTurns(
    ROUNDS,
    async () => {
      // The server still has to remove what the other gateway's readers have left there.
      await delay(SETTLE_MS);
      return readers(indexed.url, READERS_OF_INDEX, abreast);
    },
    () => readers(scanned.url, READERS, abreast),
  );
  const middle = ({ load }: Side, what: "p50Ms" | "p99Ms") =>
    median(load.map((turn) => turn[what]));
  const p99 = middle(ours, "p99Ms");
  const measured = figure({
    name: `first event of an old run, ${RUN_EVENTS} of ${EVENTS} events, ${abreast} at once: p99`,
    unit: "ms",
    ours: p99,
    reference: middle(reference, "p99Ms"),
    n: ours.load.reduce((sum, { count }) => sum + count, 0),
    beside: {
      "p50 ms": middle(ours, "p50Ms"),
      "reference p50 ms": middle(reference, "p50Ms"),
    },
  });
  return { ...measured, goal: `≤ ${mostMs} ms`, isMet: p99 <= mostMs };
}

/**
 * How soon the first event of a run comes whose events are strewn over a long log: from the read model, and from
 * JetStream by a gateway that has none.
 */
export function oldRunFigures(): Promise<Figure[]> {
  return withFolder((folder) =>
    withNats(async (_, server) => {
      const env = (name: string, readModel: "on" | "off") => ({
        RUNTRAIL_NODE_ID: name,
        RUNTRAIL_READ_MODEL: readModel,
        RUNTRAIL_DATA: join(folder, name),
      });
      await withGatewayOf(server, env("indexed", "on"), async (gateway) => {
        await server.settleStreams();
        await fill(gateway.url);
        await readModelHasAll(gateway);
      });
      return withGatewayOf(server, env("indexed", "on"), (indexed) =>
        withGatewayOf(server, env("scanned", "off"), async (scanned) => {
          await readModelHasAll(indexed);
          return [
            await figureOf(indexed, scanned, 1, ONE_MS),
            await figureOf(indexed, scanned, ABREAST, ABREAST_MS),
          ];
        }),
      );
    }),
  );
}

import { setTimeout as delay } from "node:timers/promises";
import { appendAll, padded } from "./drafts.js";
import { figure, median, type Figure } from "./figure.js";
import { withGateway, withScript, type Served } from "./gateway.js";
import { stamp } from "./stamp.js";
import { CAUGHT_UP, EVENT, withViewers, type Viewers } from "./viewers.js";

const CONNECTIONS = 10_000;
const WARM_UP = 1000;
const ROUNDS = 3;
const SAMPLED = 100;
const IDLE_MS = 5000;
const PATIENCE_MS = 10_000;

interface Held {
  bytesEach: number;
  /** CPU while nothing happens, in per cent of a processor. */
  idlePercent: number;
}

/** What a server holds for connections on which nothing happens. */
async function holding(
  viewers: Viewers,
  served: Served,
  path: (n: number) => string,
  until: string,
): Promise<Held> {
  const open = (count: number, prefix: string) => {
    const targets = Array.from({ length: count }, (_, n) => ({ path: path(n) + prefix }));
    return viewers.tell({ do: "open", url: served.url, targets, event: EVENT, until });
  };
  // So that what a server needs once, however many there are, is not counted.
  await open(WARM_UP, "?as=event");
  await viewers.tell({ do: "cut" });
  const beforeBytes = await settled(served);
  await open(CONNECTIONS, "");
  const afterBytes = await settled(served);
  const before = await served.cpuMicros();
  await delay(IDLE_MS);
  const micros = (await served.cpuMicros()) - before;
  return {
    bytesEach: (afterBytes - beforeBytes) / CONNECTIONS,
    idlePercent: micros / IDLE_MS / 10,
  };
}

/** What a process holds when that no longer shrinks. */
async function settled(served: Served): Promise<number> {
  let least = Infinity;
  for (let quiet = 0, n = 0; quiet < 4 && n < 15; n++) {
    await delay(1000);
    const { bytes } = await served.memory();
    quiet = bytes < least * 0.99 ? 0 : quiet + 1;
    least = Math.min(least, bytes);
  }
  return least;
}

/** Idle SSE connections, each on a run of its own, beside a server that holds as many. */
export async function idleFigures(): Promise<Figure[]> {
  const ours: Held[] = [];
  const bare: Held[] = [];
  const lastMs: number[] = [];
  // When a collector gives memory back is a matter of chance: new processes each time, and the median counts.
  for (let round = 0; round < ROUNDS; round++) {
    await withScript("bare.mjs", (served) =>
      withViewers(async (viewers) => {
        bare.push(await holding(viewers, served, () => "/", "data: ready\n\n"));
      }),
    );
    await withGateway((served) =>
      withViewers(async (viewers) => {
        const path = (n: number) => `/v1/${run(n)}/stream`;
        ours.push(await holding(viewers, served, path, CAUGHT_UP));
        lastMs.push(await deliverToSome(viewers, served));
      }),
    );
  }
  const name = `${CONNECTIONS} idle SSE connections on distinct runs, memory of each`;
  const kib = (held: Held[]) => median(held.map(({ bytesEach }) => bytesEach)) / 1024;
  const measured = { unit: "KiB", n: CONNECTIONS };
  return [
    figure(
      {
        name: `${name}, of a bare server`,
        ...measured,
        ours: kib(ours),
        reference: kib(bare),
        beside: {
          "% CPU while idle": median(ours.map(({ idlePercent }) => idlePercent)),
          "bare % CPU": median(bare.map(({ idlePercent }) => idlePercent)),
          [`ms to the last of ${SAMPLED} of them`]: median(lastMs),
        },
      },
      { atMost: 1.3 },
    ),
    figure(
      {
        name: `${name}, of 12 KiB`,
        ...measured,
        ours: kib(ours),
        reference: 12,
        beside: {},
      },
      { atMost: 1 },
    ),
  ];
}

/** How long it takes until some of the idle ones, each sent an event, have all got theirs. */
async function deliverToSome(viewers: Viewers, served: Served): Promise<number> {
  const arrived = viewers.tell({ do: "arrivals", count: SAMPLED, patienceMs: PATIENCE_MS });
  const step = CONNECTIONS / SAMPLED;
  const message = () => padded(stamp(), "start");
  await appendAll(served.url, SAMPLED, (n) => run(n * step), message);
  const { mostMs } = await arrived;
  if (mostMs >= PATIENCE_MS) throw new Error("not everyone has got an event");
  return mostMs;
}

function run(n: number): string {
  return `runs/idle-${n}`;
}

import { appendAll, type Place } from "./drafts.js";
import { figure, type Figure } from "./figure.js";
import { withGateway } from "./gateway.js";
import { CAUGHT_UP, EVENT, withViewers, type Opened } from "./viewers.js";

const RUNS = 20;
const EVENTS_A_RUN = 2000;
const CLIENTS = 2000;
const WITHIN_MS = 1000;

/** The n-th client's run, and what it has of it. */
interface Client {
  path: string;
  /** What comes after its cursor. */
  missing: Place[];
  cursor: string;
}

function clients(places: Place[]): Client[] {
  return Array.from({ length: CLIENTS }, (_, n) => {
    const run = n % RUNS;
    const ofRun = places.filter((_, at) => at % RUNS === run);
    const at = Math.floor(Math.random() * (ofRun.length - 1));
    return {
      path: `/v1/runs/storm-${run}/stream`,
      missing: ofRun.slice(at + 1),
      cursor: ofRun[at]?.cursor ?? "",
    };
  });
}

/** Each client has got what it had missed, and nothing else. */
function isExact({ missing }: Client, { events, first, last, sum }: Opened): boolean {
  return (
    events === missing.length &&
    first === missing[0]?.sequence &&
    last === missing.at(-1)?.sequence &&
    sum === missing.reduce((total, { sequence }) => total + sequence, 0)
  );
}

/** Clients that are all cut off, and all come back within a second. */
export async function stormFigures(): Promise<Figure[]> {
  return withGateway((gateway) =>
    withViewers(async (viewers) => {
      const places = await appendAll(
        gateway.url,
        RUNS * EVENTS_A_RUN,
        (n) => `runs/storm-${n % RUNS}`,
      );
      const all = clients(places);
      const live = { do: "open", url: gateway.url, event: EVENT, until: CAUGHT_UP } as const;
      await viewers.tell({
        ...live,
        targets: all.map(({ path }) => ({ path: `${path}?from=now` })),
      });
      await viewers.tell({ do: "cut" });

      const before = await gateway.cpuMicros();
      const start = performance.now();
      const opened = await viewers.tell({
        ...live,
        targets: all.map(({ path, cursor }) => ({ path, headers: { "last-event-id": cursor } })),
        withinMs: WITHIN_MS,
      });
      const ms = performance.now() - start;
      const micros = (await gateway.cpuMicros()) - before;

      const exact = all.filter((client, n) => opened[n] && isExact(client, opened[n])).length;
      const events = opened.reduce((sum, one) => sum + one.events, 0);
      const p99 = (values: number[]) =>
        values.sort((a, b) => a - b)[Math.floor(values.length * 0.99)] ?? NaN;
      const { peakBytes } = await gateway.memory();
      return [
        figure(
          {
            name: `resume storm: ${CLIENTS} clients come back within ${WITHIN_MS / 1000} s at random cursors, exact`,
            unit: "clients",
            ours: exact,
            reference: CLIENTS,
            n: events,
            beside: {
              "p99 ms to the first frame": p99(opened.map(({ firstFrameMs }) => firstFrameMs)),
              "p99 ms to caught up": p99(opened.map(({ doneMs }) => doneMs)),
              "events/s": events / (ms / 1000),
              "CPU µs an event": micros / events,
              "MiB at most": peakBytes / 2 ** 20,
            },
          },
          { atLeast: 1 },
        ),
      ];
    }),
  );
}

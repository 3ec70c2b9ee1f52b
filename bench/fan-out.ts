import { request } from "undici";
import { envelopeBytes } from "./append.js";
import { appendAll, padded } from "./drafts.js";
import type { Figure } from "./figure.js";
import { withGateway, withScript, type Served } from "./gateway.js";
import { inTurns, throughput, type Load } from "./load.js";
import { Meter } from "./meter.js";
import { DRAFT } from "./publisher.js";
import { rate } from "./sides.js";
import { CAUGHT_UP, EVENT, withViewers, type Viewers } from "./viewers.js";

const VIEWERS = 1000;
const ROUNDS = 3;
/** They fit into the gateway's memory of recent events; a stream that falls out of it reads history. */
const EVENTS = 1500;
const LAST_WORDS = "the last of them";
const MESSAGE = (n: number) =>
  n === EVENTS - 1 ? padded(LAST_WORDS, "end") : DRAFT.payload.message;

/** As many deliveries a second as there can be, from the first byte at a viewer to the last. */
async function flatOut(viewers: Viewers, publish: () => Promise<unknown>): Promise<Load> {
  const received = viewers.tell({ do: "burst", event: EVENT, until: LAST_WORDS });
  const [{ events, ms, leastBytes }] = await Promise.all([received, publish()]);
  if (events !== EVENTS || leastBytes < EVENTS * envelopeBytes().length) {
    throw new Error(`${events} of ${EVENTS} events came, ${leastBytes} bytes`);
  }
  return throughput(EVENTS * VIEWERS, ms);
}

/** The event blocks that ours sends, byte for byte but for cursors and hashes. */
function blocks(): Buffer {
  const envelope = Buffer.from(envelopeBytes()).toString();
  const made = Array.from(
    { length: EVENTS },
    (_, n) =>
      `id: ${10_000 + n}.k3f9q2${EVENT}data: ${envelope.replace(DRAFT.payload.message, MESSAGE(n))}\n\n`,
  );
  return Buffer.from(made.join(""));
}

function open(viewers: Viewers, { url }: Served, path: string, until: string) {
  const targets = Array.from({ length: VIEWERS }, () => ({ path }));
  return viewers.tell({ do: "open", url, targets, event: EVENT, until });
}

/** One run, many viewers, flat out; beside a server that does nothing but write. */
export async function fanOutFigures(): Promise<Figure[]> {
  return withGateway((ours) =>
    withScript("bare.mjs", (bare) =>
      withViewers((ourViewers) =>
        withViewers(async (bareViewers) => {
          await open(ourViewers, ours, "/v1/runs/fan-out/stream", CAUGHT_UP);
          await open(bareViewers, bare, "/", "data: ready\n\n");
          const body = blocks();
          const meter = new Meter(ours, "delivery");
          const bareMeter = new Meter(bare, "delivery");
          const sides = await inTurns(
            ROUNDS,
            () =>
              meter.turn(() =>
                flatOut(ourViewers, () =>
                  appendAll(ours.url, EVENTS, () => "runs/fan-out", MESSAGE),
                ),
              ),
            () =>
              bareMeter.turn(() =>
                flatOut(bareViewers, async () => {
                  const answer = await request(bare.url, { method: "POST", body });
                  await answer.body.dump();
                }),
              ),
          );
          const name = `fan-out, 1 run, ${VIEWERS} SSE viewers, deliveries, of a bare server`;
          return [
            rate(
              name,
              sides,
              { atLeast: 0.6 },
              { ...meter.beside(), ...bareMeter.beside("bare ") },
            ),
          ];
        }),
      ),
    ),
  );
}

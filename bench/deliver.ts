import { performance } from "node:perf_hooks";
import { setTimeout as delay } from "node:timers/promises";
import { jetstream, jetstreamManager } from "@nats-io/jetstream";
import { Pool } from "undici";
import type { NatsConnection } from "../dist/log/connect.js";
import { envelopeBytes } from "./append.js";
import { padded } from "./drafts.js";
import type { Figure } from "./figure.js";
import { withGatewayOn, withScript } from "./gateway.js";
import { inTurns, type Load } from "./load.js";
import { Meter } from "./meter.js";
import { DRAFT } from "./publisher.js";
import { p99 } from "./sides.js";
import { findStamp, sinceStamp, stamp } from "./stamp.js";
import { CAUGHT_UP, EVENT, withViewers, type Viewers } from "./viewers.js";

const VIEWERS = 1000;
const ROUNDS = 3;

/** The peer may be too slow to send everything in any time. */
const PATIENCE_MS = 6000;

/** So many events, at regular moments. */
interface Pace {
  events: number;
  perSecond: number;
}

const PACE = { events: 300, perSecond: 100 };
/** For the peer, which does not take more. */
const SLOW_PACE = { events: 20, perSecond: 20 };

/** Does something at regular moments, whether or not what was begun before is done. */
async function paced({ events, perSecond }: Pace, step: () => Promise<unknown>): Promise<void> {
  const underWay: Promise<unknown>[] = [];
  const start = performance.now();
  for (let n = 0; n < events; n++) {
    await delay(Math.max(0, start + (n * 1000) / perSecond - performance.now()));
    underWay.push(step());
  }
  await Promise.all(underWay);
}

/** From just before each append to the arrival at each of the viewers. */
async function toViewers(
  viewers: Viewers,
  pace: Pace,
  append: () => Promise<unknown>,
): Promise<Load> {
  const count = pace.events * VIEWERS;
  const arrived = viewers.tell({ do: "arrivals", count, patienceMs: PATIENCE_MS });
  const [latencies] = await Promise.all([arrived, paced(pace, append)]);
  return { count, perSecond: pace.perSecond * VIEWERS, ...latencies };
}

/** The obvious way: an ordered consumer with a callback, and awaited publishes. */
async function rawConsumer(nc: NatsConnection): Promise<() => Promise<Load>> {
  const js = jetstream(nc);
  const jsm = await jetstreamManager(nc);
  await jsm.streams.add({ name: "RAW", subjects: ["raw"] });
  return async () => {
    const consumer = await js.consumers.get("RAW");
    const latencies: number[] = [];
    const messages = await consumer.consume({
      callback: ({ data }) => {
        const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
        const mark = findStamp(bytes, 0);
        latencies.push(sinceStamp(bytes, mark));
      },
    });
    await paced(PACE, () => js.publish("raw", stampedEnvelope()));
    while (latencies.length < PACE.events) await delay(10);
    await messages.close();
    await jsm.streams.purge("RAW");
    latencies.sort((a, b) => a - b);
    const at = (share: number) => latencies[Math.floor(latencies.length * share)] ?? NaN;
    return {
      count: latencies.length,
      perSecond: PACE.perSecond,
      p50Ms: at(0.5),
      p99Ms: at(0.99),
    };
  };
}

const ENVELOPE = Buffer.from(envelopeBytes()).toString();

/** The bytes of an envelope as ours are. */
function stampedEnvelope(): string {
  const message = padded(stamp(), "start");
  return ENVELOPE.replace(DRAFT.payload.message, message);
}

async function posted(
  pool: Pool,
  path: string,
  method: "POST" | "PUT",
  body: string | null,
): Promise<void> {
  const headers = { "content-type": "application/json" };
  const answer = await pool.request({ method, path, headers, body });
  await answer.body.dump();
  if (answer.statusCode >= 300) throw new Error(`${path} answered ${answer.statusCode}`);
}

function open(viewers: Viewers, url: string, path: string, until: string) {
  const targets = Array.from({ length: VIEWERS }, () => ({ path }));
  return viewers.tell({ do: "open", url, targets, event: EVENT, until });
}

/** Publish → SSE client, beside a raw consumer and beside the peer. */
export async function deliverFigures(): Promise<Figure[]> {
  return withGatewayOn((ours, nc) =>
    withScript("durable-streams.mjs", (peer) =>
      withViewers((ourViewers) =>
        withViewers(async (peerViewers) => {
          const ourPool = new Pool(ours.url, { connections: 16 });
          const peerPool = new Pool(peer.url, { connections: 16 });
          await open(ourViewers, ours.url, "/v1/runs/deliver/stream", CAUGHT_UP);
          const toOurs = () => {
            const payload = { ...DRAFT.payload, message: padded(stamp(), "start") };
            const body = JSON.stringify({ ...DRAFT, payload });
            return posted(ourPool, "/v1/runs/deliver/events", "POST", body);
          };
          let turn = 0;
          const toPeer = async () => {
            // A stream of its own for each turn: the longer one is, the longer the peer takes to find its end.
            const stream = `/v1/stream/deliver-${++turn}`;
            await posted(peerPool, stream, "PUT", null);
            await peerViewers.tell({ do: "cut" });
            const live = `${stream}?offset=now&live=sse`;
            await open(peerViewers, peer.url, live, '"upToDate":true');
            return toViewers(peerViewers, SLOW_PACE, () =>
              posted(peerPool, stream, "POST", stampedEnvelope()),
            );
          };

          const raw = await rawConsumer(nc);
          const meter = new Meter(ours, "delivery");
          const besideRaw = await inTurns(
            ROUNDS,
            () => meter.turn(() => toViewers(ourViewers, PACE, toOurs)),
            raw,
          );
          const besidePeer = await inTurns(
            ROUNDS,
            () => toViewers(ourViewers, SLOW_PACE, toOurs),
            toPeer,
          );
          await Promise.all([ourPool.close(), peerPool.close()]);
          const name = ({ perSecond }: Pace) =>
            `publish → SSE client, ${VIEWERS} viewers, ${perSecond} events/s`;
          return [
            p99(`${name(PACE)}, of a raw consumer`, besideRaw, { atMost: 3 }, meter.beside()),
            p99(`${name(SLOW_PACE)}, of Durable Streams (files)`, besidePeer, {
              atMost: 0.5,
            }),
          ];
        }),
      ),
    ),
  );
}

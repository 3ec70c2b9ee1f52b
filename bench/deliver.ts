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
import { openAll, paced, posted, stampedTo, toViewers, VIEWERS, type Pace } from "./paced.js";
import { p99 } from "./sides.js";
import { findStamp, sinceStamp, stamp } from "./stamp.js";
import { CAUGHT_UP, EVENT, withViewers } from "./viewers.js";

const ROUNDS = 3;

const PACE = { events: 300, perSecond: 100 };
/** For the peer, which does not take more. */
const SLOW_PACE = { events: 20, perSecond: 20 };

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

/** Publish → SSE client, beside a raw consumer and beside the peer. */
export async function deliverFigures(): Promise<Figure[]> {
  return withGatewayOn((ours, nc) =>
    withScript("durable-streams.mjs", (peer) =>
      withViewers((ourViewers) =>
        withViewers(async (peerViewers) => {
          const ourPool = new Pool(ours.url, { connections: 16 });
          const peerPool = new Pool(peer.url, { connections: 16 });
          await openAll(ourViewers, ours.url, "/v1/runs/deliver/stream", CAUGHT_UP);
          const toOurs = stampedTo(ourPool, "runs/deliver");
          let turn = 0;
          const toPeer = async () => {
            // A stream of its own for each turn: the longer one is, the longer the peer takes to find its end.
            const stream = `/v1/stream/deliver-${++turn}`;
            await posted(peerPool, stream, "PUT", null);
            await peerViewers.tell({ do: "cut" });
            const live = `${stream}?offset=now&live=sse`;
            await openAll(peerViewers, peer.url, live, '"upToDate":true');
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
          const besideBare = await withScript("bare.mjs", async (bare) => {
            const pool = new Pool(bare.url, { connections: 16 });
            await peerViewers.tell({ do: "cut" });
            await openAll(peerViewers, bare.url, "/", "data: ready\n\n");
            const toBare = () =>
              posted(pool, "/", "POST", `id: 1.k3f9q2${EVENT}data: ${stampedEnvelope()}\n\n`);
            const sides = await inTurns(
              ROUNDS,
              () => toViewers(ourViewers, PACE, toOurs),
              () => toViewers(peerViewers, PACE, toBare),
            );
            await pool.close();
            return sides;
          });
          await Promise.all([ourPool.close(), peerPool.close()]);
          const name = ({ perSecond }: Pace) =>
            `publish → SSE client, ${VIEWERS} viewers, ${perSecond} events/s`;
          return [
            p99(`${name(PACE)}, of a raw consumer`, besideRaw, { atMost: 3 }, meter.beside()),
            p99(`${name(PACE)}, of a bare server that keeps nothing`, besideBare),
            p99(`${name(SLOW_PACE)}, of Durable Streams (files)`, besidePeer, {
              atMost: 0.5,
            }),
          ];
        }),
      ),
    ),
  );
}

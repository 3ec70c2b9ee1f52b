import { once } from "node:events";
import { connect } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { Pool } from "undici";
import { appendAll } from "./drafts.js";
import type { Figure } from "./figure.js";
import { withGateway } from "./gateway.js";
import { inTurns, type Load } from "./load.js";
import { openAll, stampedTo, toViewers, VIEWERS, type Pace } from "./paced.js";
import { DRAFT } from "./publisher.js";
import { occurrences } from "./replay.js";
import { p99 } from "./sides.js";
import { CAUGHT_UP, EVENT, withViewers } from "./viewers.js";

const ROUNDS = 3;
const RUN = "runs/stalled";
/** More than the kernels take for a reader that takes nothing. */
const HISTORY = 50_000;
/** Until the kernels hold what they can, and nothing of it is under way any more. */
const UNTIL_STALLED_MS = 2000;
const PACE: Pace = { events: 150, perSecond: 50 };

/** A reader of the whole run that takes nothing until it is asked to go on. */
interface Stalled {
  /** Reads until it has so many events. */
  goOn(events: number): Promise<void>;
}

async function openStalled(url: string): Promise<Stalled> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  await once(socket, "connect");
  socket.pause();
  socket.write(`GET /v1/${RUN}/stream HTTP/1.1\r\nhost: ${hostname}\r\n\r\n`);
  return {
    goOn: async (events) => {
      let carried = Buffer.alloc(0);
      let count = 0;
      for await (const piece of socket) {
        const bytes = Buffer.concat([carried, piece as Buffer]);
        count += occurrences(bytes, EVENT);
        carried = bytes.subarray(Math.max(0, bytes.length - EVENT.length + 1));
        if (count >= events) break;
      }
      socket.destroy();
      if (count !== events) throw new Error(`it got ${count} of ${events} events`);
    },
  };
}

/** What the others notice of a reader that takes nothing; it has everything when it goes on. */
export async function stalledFigures(): Promise<Figure[]> {
  return withGateway((ours) =>
    withViewers(async (viewers) => {
      await appendAll(
        ours.url,
        HISTORY,
        () => RUN,
        () => DRAFT.payload.message,
      );
      await openAll(viewers, ours.url, `/v1/${RUN}/stream?from=now`, CAUGHT_UP);
      const pool = new Pool(ours.url, { connections: 16 });
      const append = stampedTo(pool, RUN);
      let events = HISTORY;
      let mostBytes = 0;
      const without = (): Promise<Load> => {
        events += PACE.events;
        return toViewers(viewers, PACE, append);
      };
      const beside = async (): Promise<Load> => {
        const before = await ours.memory();
        const stalled = await openStalled(ours.url);
        await delay(UNTIL_STALLED_MS);
        const load = await without();
        const after = await ours.memory();
        mostBytes = Math.max(mostBytes, after.bytes - before.bytes);
        await stalled.goOn(events);
        return load;
      };
      const sides = await inTurns(ROUNDS, beside, without);
      await pool.close();
      const name = `publish → SSE client, ${VIEWERS} viewers beside one that takes nothing`;
      return [
        p99(
          `${name}, of the same without it`,
          sides,
          { atMost: 1.5 },
          {
            "most MiB more": mostBytes / 2 ** 20,
          },
        ),
      ];
    }),
  );
}

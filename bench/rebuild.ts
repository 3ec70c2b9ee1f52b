import { Pool } from "undici";
import { appendAll } from "./drafts.js";
import { type Figure } from "./figure.js";
import { withGateway } from "./gateway.js";
import { inTurns } from "./load.js";
import { openAll, stampedTo, toViewers } from "./paced.js";
import { beginRebuild, readPosition, untilPosition } from "./read-position.js";
import { p99 } from "./sides.js";
import { CAUGHT_UP, withViewers } from "./viewers.js";

/** So many that the read model is being made anew for longer than a turn. */
const EVENTS = Number(process.env.REBUILD_EVENTS ?? 500_000);
const APPEND_AT_ONCE = 50_000;
const RUNS = 2000;

/** A tenth of what fills the processors by itself: otherwise there is no room for full speed. */
const VIEWERS = Number(process.env.VIEWERS ?? 100);

const ROUNDS = 5;
const PACE = { events: 300, perSecond: 100 };

/** What making the read model anew, as fast as it goes, costs whoever watches. */
export function rebuildFigures(): Promise<Figure[]> {
  return withGateway((gateway) =>
    withViewers(async (viewers) => {
      for (let n = 0; n < EVENTS; n += APPEND_AT_ONCE) {
        await appendAll(
          gateway.url,
          Math.min(APPEND_AT_ONCE, EVENTS - n),
          (i) => `runs/run-${(n + i) % RUNS}`,
        );
      }
      const untilAllIsIn = () => untilPosition(gateway, (position) => position >= EVENTS);
      await untilAllIsIn();
      const pool = new Pool(gateway.url, { connections: 16 });
      await openAll(viewers, gateway.url, "/v1/runs/watched/stream", CAUGHT_UP, VIEWERS);
      const deliver = () => toViewers(viewers, PACE, stampedTo(pool, "runs/watched"), VIEWERS);
      let [made, forMs] = [0, 0];
      const sides = await inTurns(
        ROUNDS,
        async () => {
          await beginRebuild(gateway, EVENTS);
          const [before, start] = [await readPosition(gateway), performance.now()];
          const load = await deliver();
          const after = await readPosition(gateway);
          made += after - before;
          forMs += performance.now() - start;
          if (after >= EVENTS) throw new Error("it was made anew before the turn was over");
          await untilAllIsIn();
          return load;
        },
        deliver,
      );
      await pool.close();
      const name = `publish → SSE client, ${VIEWERS} viewers, read model being made anew; at rest`;
      const beside = { "events/s made anew": made / (forMs / 1000) };
      return [p99(name, sides, { atMost: 2 }, beside)];
    }),
  );
}

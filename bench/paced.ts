import { performance } from "node:perf_hooks";
import { setTimeout as delay } from "node:timers/promises";
import type { Pool } from "undici";
import { padded } from "./drafts.js";
import type { Load } from "./load.js";
import { DRAFT } from "./publisher.js";
import { stamp } from "./stamp.js";
import { EVENT, type Viewers } from "./viewers.js";

export const VIEWERS = 1000;

/** The peer may be too slow to send everything in any time. */
const PATIENCE_MS = 6000;

/** So many events, at regular moments. */
export interface Pace {
  events: number;
  perSecond: number;
}

/** Does something at regular moments, whether or not what was begun before is done. */
export async function paced(
  { events, perSecond }: Pace,
  step: () => Promise<unknown>,
): Promise<void> {
  const underWay: Promise<unknown>[] = [];
  const start = performance.now();
  for (let n = 0; n < events; n++) {
    await delay(Math.max(0, start + (n * 1000) / perSecond - performance.now()));
    underWay.push(step());
  }
  await Promise.all(underWay);
}

/** From just before each append to the arrival at each of the viewers. */
export async function toViewers(
  viewers: Viewers,
  pace: Pace,
  append: () => Promise<unknown>,
  many = VIEWERS,
): Promise<Load> {
  const count = pace.events * many;
  const arrived = viewers.tell({ do: "arrivals", count, patienceMs: PATIENCE_MS });
  const [latencies] = await Promise.all([arrived, paced(pace, append)]);
  return { count, perSecond: pace.perSecond * many, ...latencies };
}

export async function posted(
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

export function openAll(
  viewers: Viewers,
  url: string,
  path: string,
  until: string,
  many = VIEWERS,
) {
  const targets = Array.from({ length: many }, () => ({ path }));
  return viewers.tell({ do: "open", url, targets, event: EVENT, until });
}

/** Appends a stamped draft to a run. */
export function stampedTo(pool: Pool, run: string): () => Promise<void> {
  return () => {
    const payload = { ...DRAFT.payload, message: padded(stamp(), "start") };
    return posted(pool, `/v1/${run}/events`, "POST", JSON.stringify({ ...DRAFT, payload }));
  };
}

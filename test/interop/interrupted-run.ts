import { expect } from "vitest";
import { CuttingProxy } from "../fixtures/cutting-proxy.js";
import { append, draft, newRun } from "../http/requests.js";
import type { Client } from "./clients.js";

const EVENTS = 300;
const BATCH = 10;
/** The reader is never further behind, so that it reads while events are published. */
const WINDOW = 20;
/** The connection is cut at the next bytes once so many events have been published. */
const CUTS = [40, 110, 180, 250];

/**
 * A run that is published while a client reads it over a connection that is cut several times, and that
 * then ends: the client must have got each event once and in order, and stop by itself.
 *
 * @param url the server
 * @param readUrl where the client reads it, where that is another address
 */
export async function followInterruptedRun(
  client: Client,
  url: string,
  readUrl = url,
): Promise<void> {
  const run = newRun();
  const seen: unknown[] = [];
  let arrived: (() => void) | undefined;
  const hasSeen = async (count: number) => {
    while (seen.length < count) await new Promise<void>((resolve) => (arrived = resolve));
  };

  const proxy = await CuttingProxy.inFrontOf(Number(new URL(readUrl).port));
  const due = [...CUTS];
  let published = 0;
  proxy.shouldCut = () => published >= (due[0] ?? Infinity) && due.shift() !== undefined;

  const reading = await client(`http://127.0.0.1:${proxy.port}/v1/${run}/stream`, (data) => {
    seen.push((JSON.parse(data) as { payload: { n: unknown } }).payload.n);
    arrived?.();
  });
  try {
    while (published < EVENTS) {
      await hasSeen(published - WINDOW);
      const first = published;
      await append(
        url,
        run,
        Array.from({ length: BATCH }, (_, i) => draft(first + i)),
      );
      published += BATCH;
    }
    await append(url, run, [{ type: "run.completed", payload: { durationMs: 1 } }]);
    await reading.stopped;
  } finally {
    await reading.leave();
    await proxy.close();
  }
  expect(seen).toEqual(Array.from({ length: EVENTS }, (_, n) => n));
  expect(proxy.cuts).toBe(CUTS.length);
}

import { setTimeout as delay } from "node:timers/promises";
import type { Served } from "./gateway.js";

const PATIENCE_MS = 600_000;

/** The log is in the gateway's read model up to this sequence; 0 where it has none yet. */
export async function readPosition({ url }: Served): Promise<number> {
  const answer = await fetch(`${url}/readyz`);
  const { readModel } = (await answer.json()) as { readModel?: { position: number } };
  return readModel?.position ?? 0;
}

/** Resolves when the read model has got to somewhere; how many milliseconds that took. */
export async function untilPosition(
  served: Served,
  isThere: (position: number) => boolean,
): Promise<number> {
  const start = performance.now();
  for (;;) {
    const position = await readPosition(served);
    if (isThere(position)) return performance.now() - start;
    if (performance.now() - start > PATIENCE_MS) throw new Error(`it stands at ${position}`);
    await delay(20);
  }
}

/** Throws the read model away, which has `events` of them; resolves when it grows anew. How long that took. */
export async function beginRebuild(served: Served, events: number): Promise<number> {
  await fetch(`${served.url}/v1/reindex`, { method: "POST" });
  return untilPosition(served, (position) => position < events);
}

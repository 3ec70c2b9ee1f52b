import { performance } from "node:perf_hooks";

/** What a closed loop of writers, each with one request under way, came to. */
export interface Load {
  count: number;
  perSecond: number;
  p50Ms: number;
  p99Ms: number;
}

/** So many, in so long. */
export function throughput(count: number, ms: number): Load {
  return { count, perSecond: count / (ms / 1000), p50Ms: NaN, p99Ms: NaN };
}

/** Runs `step` in so many loops for so long. What is under way at the end still counts. */
export async function closedLoop(
  writers: number,
  durationMs: number,
  step: (writer: number) => Promise<void>,
): Promise<Load> {
  const latencies: number[] = [];
  const start = performance.now();
  const end = start + durationMs;
  await Promise.all(
    Array.from({ length: writers }, async (_, writer) => {
      for (let now = performance.now(); now < end;) {
        await step(writer);
        const after = performance.now();
        latencies.push(after - now);
        now = after;
      }
    }),
  );
  const seconds = (performance.now() - start) / 1000;
  latencies.sort((a, b) => a - b);
  const at = (share: number) => latencies[Math.floor(latencies.length * share)] ?? NaN;
  return {
    count: latencies.length,
    perSecond: latencies.length / seconds,
    p50Ms: at(0.5),
    p99Ms: at(0.99),
  };
}

export interface Side {
  load: Load[];
  cpuMicros: number;
}

/**
 * Measures two sides in turns, `rounds` times each, after one unmeasured turn of both: what the machine
 * does beside hits both alike.
 */
export async function inTurns(
  rounds: number,
  ours: () => Promise<Load>,
  reference: () => Promise<Load>,
  cpuMicros: () => number = () => {
    const { user, system } = process.cpuUsage();
    return user + system;
  },
): Promise<{ ours: Side; reference: Side }> {
  const sides = {
    ours: { load: [], cpuMicros: 0 } as Side,
    reference: { load: [], cpuMicros: 0 } as Side,
  };
  for (let round = 0; round <= rounds; round++) {
    for (const [name, run] of [["reference", reference] as const, ["ours", ours] as const]) {
      const before = cpuMicros();
      const load = await run();
      if (round === 0) continue;
      sides[name].load.push(load);
      sides[name].cpuMicros += cpuMicros() - before;
    }
  }
  return sides;
}

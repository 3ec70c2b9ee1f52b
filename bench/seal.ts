import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { pino } from "pino";
import { resolveConfig, type Config } from "../dist/config.js";
import { openGateway, type Gateway } from "../dist/gateway.js";
import { figure, median, type Figure } from "./figure.js";
import { closedLoop, inTurns, type Load } from "./load.js";
import { DRAFT, scopes } from "./publisher.js";
import { cpu, rate } from "./sides.js";

const TURN_MS = 4000;
const ROUNDS = 5;
const CATCH_UP_EVENTS = 300_000;
const CATCH_UP_ROUNDS = 3;
/** What sealing must make after downtime, whatever the machine does beside. */
const LEAVES_PER_SECOND = 100_000;

/** A gateway in this process, on a folder and a nats-server of its own. */
async function withGateway<T>(
  env: NodeJS.ProcessEnv,
  run: (gateway: Gateway, again: () => Promise<Gateway>) => Promise<T>,
): Promise<T> {
  const data = await mkdtemp(join(tmpdir(), "runtrail-bench-"));
  const open = (more: NodeJS.ProcessEnv): Promise<Gateway> => {
    const config: Config = resolveConfig({ ...env, ...more }, { data });
    return openGateway(config, pino({ level: "silent" }));
  };
  let gateway = await open({});
  try {
    return await run(gateway, async () => {
      await gateway.close();
      gateway = await open({ RUNTRAIL_SEAL: "on" });
      return gateway;
    });
  } finally {
    await gateway.close();
    await rm(data, { recursive: true, force: true, maxRetries: 3 });
  }
}

let turn = 0;

function appendTo({ publisher }: Gateway, writers: number, durationMs: number): Promise<Load> {
  const own = scopes(`seal-${++turn}`, writers);
  return closedLoop(writers, durationMs, async (writer) => {
    const scope = own[writer];
    if (!scope) throw new Error("each writer has a scope");
    const result = await publisher.append("default", scope, DRAFT);
    if (result.outcome !== "appended") throw new Error(JSON.stringify(result));
  });
}

/** What sealing costs whoever appends: the same with it and without. */
async function costFigures(): Promise<Figure[]> {
  return withGateway({}, (sealing) =>
    withGateway({ RUNTRAIL_SEAL: "off" }, async (plain) => {
      const figures: Figure[] = [];
      for (const writers of [64, 256]) {
        const sides = await inTurns(
          ROUNDS,
          () => appendTo(sealing, writers, TURN_MS),
          () => appendTo(plain, writers, TURN_MS),
        );
        const name = `append, ${writers} writers, sealed; without sealing`;
        figures.push(rate(name, sides, { atLeast: 0.95 }, cpu(sides)));
      }
      return figures;
    }),
  );
}

/** How fast a log is sealed of which nothing is sealed yet. */
async function catchUpFigure(): Promise<Figure> {
  const rates: number[] = [];
  for (let round = 0; round < CATCH_UP_ROUNDS; round++) {
    await withGateway({ RUNTRAIL_SEAL: "off" }, async (plain, again) => {
      while (plain.hub.stats.position < CATCH_UP_EVENTS) await appendTo(plain, 1000, 1000);
      const size = plain.hub.stats.position;
      const { sealer } = await again();
      const start = performance.now();
      const before = sealer.state.size;
      await sealer.sealed(size, AbortSignal.timeout(60_000));
      rates.push(((size - before) / (performance.now() - start)) * 1000);
    });
  }
  return figure(
    {
      name: "sealing after downtime; what is wanted",
      unit: "events/s",
      ours: median(rates),
      reference: LEAVES_PER_SECOND,
      n: CATCH_UP_EVENTS * CATCH_UP_ROUNDS,
      beside: {},
    },
    { atLeast: 1 },
  );
}

export async function sealFigures(): Promise<Figure[]> {
  return [...(await costFigures()), await catchUpFigure()];
}

import { cp, rm } from "node:fs/promises";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { pino } from "pino";
import { resolveConfig } from "../dist/config.js";
import { openGateway, type Gateway } from "../dist/gateway.js";
import type { Figure } from "./figure.js";
import { withFolder } from "./folder.js";
import { closedLoop, inTurns, throughput, type Load } from "./load.js";
import { readBare } from "./nats.js";
import { DRAFT, scopes } from "./publisher.js";
import { cpu, rate } from "./sides.js";

const TURN_MS = 4000;
/** Turns differ by a tenth, and 5 % are to be told from nothing. */
const ROUNDS = 11;
const CATCH_UP_EVENTS = Number(process.env.CATCH_UP_EVENTS ?? 1_000_000);
const CATCH_UP_ROUNDS = 3;
const CATCH_UP_WRITERS = 1000;
const PATIENCE_MS = 300_000;
/** 100,000 a second where the client library reads 250,000. */
const CATCH_UP_SHARE = 0.4;

/** A gateway in this process, on a folder and a nats-server of its own. */
async function withGateway<T>(
  env: NodeJS.ProcessEnv,
  data: string,
  run: (gateway: Gateway) => Promise<T>,
): Promise<T> {
  const config = resolveConfig(env, { data });
  const gateway = await openGateway(config, pino({ level: "silent" }));
  try {
    return await run(gateway);
  } finally {
    await gateway.close();
  }
}

const NOT_SEALING = { RUNTRAIL_SEAL: "off" };
/** The read model has as much to catch up with, at the same time, on the same processors. */
const NOT_INDEXING = { RUNTRAIL_READ_MODEL: "off" };
const NEITHER = { ...NOT_SEALING, ...NOT_INDEXING };

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

/** Appends, and waits until nothing is left to do of it that the other side's turn would pay for. */
async function turnOf(gateway: Gateway, writers: number): Promise<Load> {
  const load = await appendTo(gateway, writers, TURN_MS);
  const { hub, readModel, sealer } = gateway;
  const patience = AbortSignal.timeout(PATIENCE_MS);
  if (sealer.isLeading) await sealer.sealed(hub.stats.position, patience);
  if (!(await readModel?.reached(hub.stats.position, patience))) throw new Error("it is too late");
  return load;
}

/** What sealing costs whoever appends: the same with it and without. */
async function costFigures(): Promise<Figure[]> {
  return withFolder((folder) =>
    withGateway({}, join(folder, "sealing"), (sealing) =>
      withGateway(NOT_SEALING, join(folder, "plain"), async (plain) => {
        const figures: Figure[] = [];
        for (const writers of [64, 256]) {
          const sides = await inTurns(
            ROUNDS,
            () => turnOf(sealing, writers),
            () => turnOf(plain, writers),
          );
          const name = `append, ${writers} writers, sealed; without sealing`;
          figures.push(rate(name, sides, { atLeast: 0.95 }, cpu(sides)));
        }
        return figures;
      }),
    ),
  );
}

/**
 * How fast a log is sealed of which nothing is sealed yet: from the first checkpoint to that of all. How fast that
 * can be is for the machine to say: beside it stands how fast the client library reads the same log.
 */
async function catchUpFigure(): Promise<Figure> {
  return withFolder(async (folder) => {
    const unsealed = join(folder, "unsealed");
    const size = await withGateway(NEITHER, unsealed, async (plain) => {
      while (plain.hub.stats.position < CATCH_UP_EVENTS) {
        await appendTo(plain, CATCH_UP_WRITERS, 1000);
      }
      return plain.hub.stats.position;
    });
    const sealAnew = async () => {
      const data = join(folder, "sealed");
      await cp(unsealed, data, { recursive: true });
      const load = await withGateway(NOT_INDEXING, data, (gateway) => sealWhole(gateway, size));
      await rm(data, { recursive: true });
      return load;
    };
    const readUnsealed = () => withGateway(NEITHER, unsealed, ({ log }) => readBare(log.nc, size));
    const sides = await inTurns(CATCH_UP_ROUNDS, sealAnew, readUnsealed);
    return rate(
      "sealing after downtime; an ordered consumer",
      sides,
      { atLeast: CATCH_UP_SHARE },
      cpu(sides),
    );
  });
}

async function sealWhole({ sealer }: Gateway, size: number): Promise<Load> {
  const patience = AbortSignal.timeout(PATIENCE_MS);
  await sealer.sealed(sealer.state.size + 1, patience);
  const [start, before] = [performance.now(), sealer.state.size];
  await sealer.sealed(size, patience);
  return throughput(size - before, performance.now() - start);
}

export async function sealFigures(): Promise<Figure[]> {
  return [...(await costFigures()), await catchUpFigure()];
}

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connectNats, type NatsConnection } from "../dist/log/connect.js";
import { openLog, type Log } from "../dist/log/stream.js";
import { ensureNatsServer, startNatsServer } from "../dist/nats-server/index.js";

export type NatsServer = Awaited<ReturnType<typeof startNatsServer>>;

/** A nats-server that syncs every write, on a folder of its own, and a connection to it. */
export async function withNats<T>(
  run: (nc: NatsConnection, server: NatsServer) => Promise<T>,
): Promise<T> {
  const dataFolder = await mkdtemp(join(tmpdir(), "runtrail-bench-"));
  const report = () => undefined;
  const binary = await ensureNatsServer(process.env, report);
  const server = await startNatsServer({ binary, dataFolder, report });
  const nc = await connectNats({ ...server.connection, name: "bench" });
  try {
    return await run(nc, server);
  } finally {
    await nc.close();
    await server.stop();
    await rm(dataFolder, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** The same with the log on it. */
export async function withLog<T>(run: (log: Log) => Promise<T>): Promise<T> {
  return withNats(async (nc, server) => {
    const log = await openLog(nc, {
      stream: "RUNTRAIL",
      origin: "runtrail.example/bench",
      replicas: 1,
    });
    await server.settleStreams();
    return run(log);
  });
}

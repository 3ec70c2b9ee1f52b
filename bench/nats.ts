import { jetstream } from "@nats-io/jetstream";
import { connectNats, type NatsConnection } from "../dist/log/connect.js";
import { openLog, type Log } from "../dist/log/stream.js";
import { ensureNatsServer, startNatsServer } from "../dist/nats-server/index.js";
import { withFolder } from "./folder.js";
import { throughput, type Load } from "./load.js";

export type NatsServer = Awaited<ReturnType<typeof startNatsServer>>;

/** A nats-server that syncs every write, on a folder of its own, and a connection to it. */
export function withNats<T>(
  run: (nc: NatsConnection, server: NatsServer) => Promise<T>,
): Promise<T> {
  return withFolder(async (dataFolder) => {
    const report = () => undefined;
    const binary = await ensureNatsServer(process.env, report);
    const server = await startNatsServer({ binary, dataFolder, report });
    const nc = await connectNats({ ...server.connection, name: "bench" });
    try {
      return await run(nc, server);
    } finally {
      await nc.close();
      await server.stop();
    }
  });
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

/**
 * The log's first messages as the client library hands them out: how fast that goes on a machine is what
 * everything that reads a log is measured against.
 */
export async function readBare(nc: NatsConnection, count: number): Promise<Load> {
  const consumer = await jetstream(nc).consumers.get("RUNTRAIL");
  const start = performance.now();
  for await (const { seq } of await consumer.consume()) if (seq === count) break;
  return throughput(count, performance.now() - start);
}

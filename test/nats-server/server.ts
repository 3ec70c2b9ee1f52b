import { jetstream, jetstreamManager } from "@nats-io/jetstream";
import { type NatsConnection, connect } from "@nats-io/transport-node";
import { onTestFinished } from "vitest";
import {
  type EmbeddedNatsServer,
  type StartOptions,
  ensureNatsServer,
  startNatsServer,
} from "../../src/nats-server/index.js";

export const NO_REPORT = () => undefined;

/** Starts a real server for one test and stops it after the test. */
export async function startServer(
  dataFolder: string,
  options: Partial<StartOptions> = {},
): Promise<EmbeddedNatsServer> {
  const binary = await ensureNatsServer(process.env, NO_REPORT);
  const server = await startNatsServer({ binary, dataFolder, report: NO_REPORT, ...options });
  onTestFinished(() => server.stop());
  return server;
}

/** Connects a client for one test. */
export async function connectTo(server: EmbeddedNatsServer): Promise<NatsConnection> {
  const connection = await connect({
    ...server.connection,
    reconnectTimeWait: 50,
    maxReconnectAttempts: -1,
  });
  onTestFinished(() => connection.close());
  return connection;
}

export async function createStream(connection: NatsConnection): Promise<void> {
  await (await jetstreamManager(connection)).streams.add({ name: "E", subjects: ["e.>"] });
}

export async function append(connection: NatsConnection, text: string): Promise<number> {
  return (await jetstream(connection).publish("e.1", text)).seq;
}

export async function read(connection: NatsConnection, seq: number): Promise<string | undefined> {
  const manager = await jetstreamManager(connection);
  return (await manager.streams.getMessage("E", { seq }))?.string();
}

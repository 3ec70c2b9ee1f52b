import { connect, type NatsConnection } from "@nats-io/transport-node";

export interface NatsOptions {
  /** `nats://host:port`, one or several; `tls://` demands TLS. */
  servers: string | string[];
  user?: string;
  pass?: string;
  token?: string;
  /** Shown in the server's connection list. */
  name: string;
}

/**
 * Connects and stays connected: reconnects for ever, and notices a dead peer within about 20 s.
 *
 * @throws what the NATS client throws when no server answers
 */
export function connectNats({
  servers,
  name,
  ...credentials
}: NatsOptions): Promise<NatsConnection> {
  return connect({
    servers,
    name,
    ...credentials,
    ...([servers].flat().some((server) => server.startsWith("tls://")) && { tls: {} }),
    // The client's default gives up for good after ten attempts.
    maxReconnectAttempts: -1,
    reconnectTimeWait: 250,
    reconnectJitter: 250,
    pingInterval: 10_000,
    maxPingOut: 2,
    // Otherwise every request makes an Error, stack and all, in case it fails.
    noAsyncTraces: true,
  });
}

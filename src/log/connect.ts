import { connect, type NatsConnection } from "@nats-io/transport-node";

export type { NatsConnection };

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

/** The connection to NATS was lost, and what was under way with it. */
export class ConnectionLostError extends Error {
  override readonly name = "ConnectionLostError";
  constructor() {
    super("the connection to NATS was lost");
  }
}

/** Tells at once when a connection is lost; the client itself lets requests run into their time-out. */
export class ConnectionWatch {
  readonly #whenLost = new Set<() => void>();
  #isConnected = true;

  constructor(nc: NatsConnection) {
    void (async () => {
      for await (const { type } of nc.status()) {
        if (type === "reconnect") this.#isConnected = true;
        else if (type === "disconnect") {
          this.#isConnected = false;
          const callbacks = [...this.#whenLost];
          this.#whenLost.clear();
          for (const callback of callbacks) callback();
        }
      }
    })();
  }

  get isConnected(): boolean {
    return this.#isConnected;
  }

  /** Calls back once, when the connection is lost, or at once when it is; returns how not to be called. */
  onLost(callback: () => void): () => void {
    if (this.#isConnected) this.#whenLost.add(callback);
    else callback();
    return () => this.#whenLost.delete(callback);
  }

  /**
   * The outcome of a request, or a rejection as soon as its answer cannot come any more.
   *
   * @throws ConnectionLostError
   */
  answer<T>(request: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const stopWatching = this.onLost(() => {
        reject(new ConnectionLostError());
      });
      request.then(resolve, reject).finally(stopWatching);
    });
  }
}

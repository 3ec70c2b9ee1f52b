import { setMaxListeners } from "node:events";
import type { AddressInfo } from "node:net";
import type { Logger } from "pino";
import type { Config } from "../config.js";
import { createApp } from "./app.js";
import { BodyMemory } from "./body-memory.js";
import type { Gateway } from "./gateway.js";
import { registerRoutes } from "./routes.js";
import { SampleRuns } from "./sample/sample-runs.js";
import type { Serving } from "./serving.js";
import { OpenSockets } from "./socket/open-sockets.js";
import { OpenStreams } from "./stream/open-streams.js";
import { Ticker, tickPeriodMs } from "./ticker.js";
import { urlOf } from "./url-of.js";

/** How often connections that have become idle are closed while the server shuts down. */
const SWEEP_MS = 50;

/**
 * Connections that wait to be accepted, where the system allows so many (`net.core.somaxconn`): after a restart all
 * readers come back at once. Node's 511 are soon taken, and who finds no place tries again after seconds, or is reset.
 */
const BACKLOG = 16_384;

/** A gateway's front door. */
export interface HttpServer {
  /** Begins to listen and returns the URL. */
  listen(): Promise<string>;
  /**
   * Takes no more connections, sends the readers of streams and sockets away, and waits for what is under way, for
   * `config.http.graceMs` at most.
   */
  close(): Promise<void>;
  readonly stats: { streams: number; sockets: number };
}

/** Serves a gateway over HTTP/1.1. */
export function createHttpServer(gateway: Gateway, config: Config, logger: Logger): HttpServer {
  const app = createApp(logger, config.http.corsOrigins);
  const { heartbeatMs, stalledAfterMs, maxStreamAgeMs, maxStreams, graceMs } = config.http;
  const ticker = new Ticker(tickPeriodMs(heartbeatMs, stalledAfterMs, maxStreamAgeMs));
  const streams = new OpenStreams(maxStreams);
  const sockets = new OpenSockets();
  const samples = SampleRuns.of(config, logger);
  const drain = new AbortController();
  // Every request of unbounded length listens to it.
  setMaxListeners(0, drain.signal);
  const serving: Serving = {
    gateway,
    config,
    ticker,
    streams,
    sockets,
    bodyMemory: new BodyMemory(),
    samples,
    logger,
    draining: drain.signal,
  };

  registerRoutes(app, serving);

  return {
    listen: async () => {
      const { host, port } = config.http;
      await app.listen({ host, port, backlog: BACKLOG });
      return urlOf(app.server.address() as AddressInfo, host);
    },
    close: async () => {
      // It says how it ended, which must still be taken.
      await samples?.close();
      drain.abort();
      streams.drain();
      sockets.drain();
      const deadline = setTimeout(() => {
        app.server.closeAllConnections();
        sockets.reset();
      }, graceMs);
      // A connection whose last response has just ended would otherwise be kept for the next request.
      const sweep = setInterval(() => {
        app.server.closeIdleConnections();
      }, SWEEP_MS);
      await app.close();
      clearTimeout(deadline);
      clearInterval(sweep);
      ticker.stop();
    },
    get stats() {
      return { streams: streams.count, sockets: sockets.count };
    },
  };
}

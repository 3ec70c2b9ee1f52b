import type { Logger } from "pino";
import type { Config } from "../config.js";
import type { BodyMemory } from "./body-memory.js";
import type { Gateway } from "./gateway.js";
import type { SampleRuns } from "./sample/sample-runs.js";
import type { OpenSockets } from "./socket/open-sockets.js";
import type { OpenStreams } from "./stream/open-streams.js";
import type { Ticker } from "./ticker.js";

/** What the route groups share. */
export interface Serving {
  gateway: Gateway;
  config: Config;
  /** The one timer of all long-lived responses. */
  ticker: Ticker;
  streams: OpenStreams;
  sockets: OpenSockets;
  bodyMemory: BodyMemory;
  /** Undefined where none may be started. */
  samples: SampleRuns | undefined;
  logger: Logger;
  /** Aborted when the server is told to stop: nothing new is begun, and what can go on for ever ends. */
  draining: AbortSignal;
}

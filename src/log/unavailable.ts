import { JetStreamApiError } from "@nats-io/jetstream";
import {
  ClosedConnectionError,
  ConnectionError,
  DrainingConnectionError,
  NoRespondersError,
  RequestError,
  TimeoutError,
} from "@nats-io/transport-node";
import { ConnectionLostError } from "./connect.js";
import { PullTimeoutError } from "./pull-reader.js";

/** Whether reading the log failed because NATS does not answer or cannot at the moment: later it may. */
export function isUnavailable(error: unknown): boolean {
  if (error instanceof JetStreamApiError) return error.status >= 500;
  return [
    ConnectionLostError,
    TimeoutError,
    NoRespondersError,
    RequestError,
    ConnectionError,
    ClosedConnectionError,
    DrainingConnectionError,
    PullTimeoutError,
  ].some((kind) => error instanceof kind);
}

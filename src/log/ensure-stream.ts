import { JetStreamApiError, type JetStreamManager, type StreamConfig } from "@nats-io/jetstream";

const STREAM_NOT_FOUND = 10059;
const STREAM_NAME_IN_USE = 10058;

export function isStreamNotFound(error: unknown): boolean {
  return error instanceof JetStreamApiError && error.code === STREAM_NOT_FOUND;
}

/**
 * The configuration of a stream, which is created with `wanted` when there is none. From several processes at
 * once it is the same stream, of whoever came first; whether it is fit is for the caller to see.
 */
export async function ensureStream(
  jsm: JetStreamManager,
  wanted: Partial<StreamConfig> & { name: string },
): Promise<StreamConfig> {
  try {
    return (await jsm.streams.info(wanted.name)).config;
  } catch (error) {
    if (!isStreamNotFound(error)) throw error;
  }
  try {
    return (await jsm.streams.add(wanted)).config;
  } catch (error) {
    // Another process created it between our look and our attempt.
    if (error instanceof JetStreamApiError && error.code === STREAM_NAME_IN_USE) {
      return (await jsm.streams.info(wanted.name)).config;
    }
    throw error;
  }
}

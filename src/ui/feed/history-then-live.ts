import type { ClientFrame } from "../../client/client-frame.js";
import type { ConnectionOptions } from "../../client/connection.js";
import { follow, type FollowOptions } from "../../client/follow.js";
import { closes } from "../../envelope/closes.js";
import type { EventEnvelope } from "../../envelope/envelope.js";
import { live } from "./live.js";

/**
 * Follows a timeline: history over server-sent events, which wait for a reader that is slower than the server;
 * then what happens over a WebSocket, because a browser keeps at most six ordinary connections to a server
 * open, and a seventh tab would wait for one of the others to be closed.
 */
export async function* historyThenLive(
  connection: ConnectionOptions,
  scope: string,
  { transport: _, ...options }: FollowOptions & { signal: AbortSignal },
): AsyncGenerator<ClientFrame, void> {
  const { after, from, last, ...rest } = options;
  if (from === "now") {
    yield* live(connection, scope, options);
    return;
  }
  let position = after;
  let hasEnded = false;
  for await (const frame of follow(connection, scope, { ...options, transport: "sse" })) {
    yield frame;
    if ("cursor" in frame) position = frame.cursor;
    if (frame.kind === "event") hasEnded ||= endsIt(frame.event, scope);
    // Where it has ended, its end comes next.
    if (frame.kind === "caught-up" && !hasEnded) break;
  }
  if (hasEnded || options.signal.aborted || position === undefined) return;
  yield* live(connection, scope, { ...rest, after: position });
}

function endsIt({ scope, type }: EventEnvelope, timeline: string): boolean {
  return scope === timeline && closes(scope, type);
}

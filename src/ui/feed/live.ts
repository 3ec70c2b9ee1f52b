import type { ClientFrame } from "../../client/client-frame.js";
import type { ConnectionOptions } from "../../client/connection.js";
import { follow, type ConnectionState, type FollowOptions } from "../../client/follow.js";

/** WebSockets that fail one after the other before it is tried without. */
const MAX_FAILED = 3;

/**
 * Follows what happens over WebSockets; where they do not get through, as behind some proxies, over
 * server-sent events, for as long as such a connection holds. Then one WebSocket is tried again: the machine
 * may be in another network by now.
 */
export async function* live(
  connection: ConnectionOptions,
  scope: string,
  { transport: _, ...options }: FollowOptions & { signal: AbortSignal },
): AsyncGenerator<ClientFrame, void> {
  const { after, from, last, ...rest } = options;
  const { signal, onState } = options;
  let position = after;
  let transport: "websocket" | "sse" = "websocket";
  let allowed = MAX_FAILED;
  /** Attempts since anything was open. */
  let failed = 0;
  while (!signal.aborted) {
    const change = new AbortController();
    let isOpen = false;
    const hear = (state: ConnectionState) => {
      if (state.state === "open") {
        failed = 0;
        isOpen = true;
      }
      if (state.state === "waiting") {
        failed++;
        const isEnough = transport === "websocket" ? failed >= allowed : isOpen;
        if (isEnough) change.abort();
      }
      onState?.(state.state === "connecting" ? { ...state, attempt: failed } : state);
    };
    const start = position === undefined ? { after, from, last } : { after: position };
    const frames = follow(connection, scope, {
      ...rest,
      ...(start as FollowOptions),
      transport,
      signal: AbortSignal.any([signal, change.signal]),
      onState: hear,
    });
    for await (const frame of frames) {
      yield frame;
      if ("cursor" in frame) position = frame.cursor;
      if (transport === "websocket" && frame.kind === "open") allowed = MAX_FAILED;
    }
    if (!change.signal.aborted) return;
    // Over server-sent events it goes on trying for as long as there is no connection at all.
    if (transport === "websocket") transport = "sse";
    else [transport, allowed] = ["websocket", 1];
  }
}

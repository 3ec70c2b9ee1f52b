import { useCallback, useSyncExternalStore } from "react";
import type { TimelineState } from "../../projections/timeline-state.js";
import type { Link } from "../feed/link.js";
import { useServer, useStore, type RunOptions } from "./use-store.js";

/** A timeline as it is now. */
export interface Run {
  /** What it adds up to: status, progress, times, counts; undefined where nothing is known of it yet. */
  state: TimelineState | undefined;
  /** Everything that has happened so far is in it. */
  isCaughtUp: boolean;
  /** It has ended, and everything is in it. */
  hasEnded: boolean;
  /** The newest position, to be resumed from. */
  cursor: string | undefined;
  /** How the connection stands; in state `error` with a message for people. */
  link: Link;
  /** What is missing, in words, where retention or a purge has taken something. */
  gap: string | undefined;
  /** Connects anew at once. */
  reconnect: () => void;
}

const CONNECTING: Link = {
  state: "connecting",
  attempt: 1,
  retryAt: undefined,
  reason: undefined,
};

const never = () => () => undefined;
const zero = () => 0;

/**
 * Follows a timeline for as long as the caller is there, and draws it again at most once a frame. All that follow
 * the same one share a stream.
 *
 * @param scope a scope's path, such as `runs/r-42`, or `correlations/<id>`
 */
export function useRun(scope: string, options: RunOptions = {}): Run {
  const store = useStore(useServer(options), scope);
  useSyncExternalStore(store?.subscribe ?? never, store?.version ?? zero, zero);
  const reconnect = useCallback(() => store?.reconnect(), [store]);
  return {
    state: store?.state,
    isCaughtUp: store?.isCaughtUp ?? false,
    hasEnded: store?.hasEnded ?? false,
    cursor: store?.cursor,
    link: store?.link ?? CONNECTING,
    gap: store?.gap,
    reconnect,
  };
}

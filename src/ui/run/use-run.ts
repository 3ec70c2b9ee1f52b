import { useSyncExternalStore } from "react";
import type { RunView } from "./run-view.js";

/** Draws the caller again whenever anything of the timeline has changed; at most once a frame. */
export function useRunVersion(store: Pick<RunView, "subscribe" | "version">): number {
  return useSyncExternalStore(store.subscribe, store.version);
}

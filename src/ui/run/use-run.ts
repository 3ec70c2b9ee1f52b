import { useSyncExternalStore } from "react";
import type { RunStore } from "./run-store.js";

/** Draws the caller again whenever anything of the timeline has changed; at most once a frame. */
export function useRunVersion(store: RunStore): number {
  return useSyncExternalStore(store.subscribe, store.version);
}

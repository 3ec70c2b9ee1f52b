import { useSyncExternalStore } from "react";

const TICK_MS = 1000;

/** One timer for everything on the page that ticks, and none while nothing does. */
const readers = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;
let now = Date.now();

function subscribe(reader: () => void): () => void {
  if (readers.size === 0) {
    now = Date.now();
    timer = setInterval(() => {
      now = Date.now();
      for (const each of [...readers]) each();
    }, TICK_MS);
  }
  readers.add(reader);
  return () => {
    readers.delete(reader);
    if (readers.size === 0) clearInterval(timer);
  };
}

const still = () => () => undefined;

/** The time in milliseconds since 1970, to the second; it stands still unless `isTicking`. */
export function useNow(isTicking: boolean): number {
  return useSyncExternalStore(isTicking ? subscribe : still, () => now);
}

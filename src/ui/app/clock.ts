import { createContext, use, useSyncExternalStore } from "react";

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

/** What time it is for what is shown inside, in milliseconds since 1970, where that is not now. */
export const PastNow = createContext<number | undefined>(undefined);

/** The time in milliseconds since 1970, to the second; it stands still unless `isTicking`. */
export function useNow(isTicking: boolean): number {
  const pastNow = use(PastNow);
  const isPast = pastNow !== undefined;
  const present = useSyncExternalStore(isTicking && !isPast ? subscribe : still, () => now);
  return pastNow ?? present;
}

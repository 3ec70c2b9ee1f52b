import { useSyncExternalStore } from "react";

function subscribe(listener: () => void): () => void {
  // A step in history that changes the hash alone is told by either of them.
  for (const name of EVENTS) window.addEventListener(name, listener);
  return () => {
    for (const name of EVENTS) window.removeEventListener(name, listener);
  };
}

const EVENTS = ["hashchange", "popstate", "pushState", "replaceState"];

/** What stands behind the # of the page's address, with it. */
export function useHash(): string {
  return useSyncExternalStore(subscribe, () => window.location.hash);
}

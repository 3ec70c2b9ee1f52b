import type { ConnectionOptions } from "../../client/connection.js";
import { RunStore } from "../run/run-store.js";

interface Shared {
  store: RunStore;
  users: number;
}

const shared = new Map<string, Shared>();

/** A store that is in use. It is followed until it has been let go as often as it was taken. */
export interface Lease {
  store: RunStore;
  release: () => void;
}

/** The store of a timeline: one for all who show it, so that a timeline and a log of a run are one stream. */
export function takeStore(server: ConnectionOptions, path: string): Lease {
  const key = keyOf(server, path);
  let entry = shared.get(key);
  if (!entry) {
    entry = { store: new RunStore(path, server), users: 0 };
    shared.set(key, entry);
    entry.store.start();
  }
  const { store } = entry;
  entry.users++;
  let isTaken = true;
  return {
    store,
    release: () => {
      if (!isTaken) return;
      isTaken = false;
      entry.users--;
      if (entry.users > 0) return;
      shared.delete(key);
      store.stop();
    },
  };
}

/** The same for the same timeline seen with the same rights. */
export function keyOf({ url, token }: ConnectionOptions, path: string): string {
  return JSON.stringify([url, path, typeof token === "function" ? numberOf(token) : token]);
}

const numbers = new WeakMap<object, number>();
let count = 0;

function numberOf(token: object): number {
  let number = numbers.get(token);
  if (number === undefined) numbers.set(token, (number = count++));
  return number;
}

import { useEffect, useState, useSyncExternalStore } from "react";
import type { EventFilter } from "../../wire/event-filter.js";
import { EventsStore, type Events } from "./events-store.js";
import { keyOf } from "./stores.js";
import { useServer, type RunOptions } from "./use-store.js";

const NONE: Events = {
  events: [],
  isCaughtUp: false,
  link: { state: "connecting", attempt: 1, retryAt: undefined, reason: undefined },
  gap: undefined,
};

const never = () => () => undefined;
const none = () => NONE;

/**
 * Follows the events of a timeline for as long as the caller is there.
 *
 * @param scope a scope's path, such as `runs/r-42`; `correlations/<id>`; or empty, everything
 * @param filter which events; the server leaves out all others
 */
export function useEvents(
  scope: string,
  filter: EventFilter = {},
  options: RunOptions = {},
): Events {
  const server = useServer(options);
  // A filter that says the same is the same.
  const wanted = JSON.stringify(filter);
  const key = server && `${keyOf(server, scope)} ${wanted}`;
  const [taken, take] = useState<{ key: string; store: EventsStore }>();
  useEffect(() => {
    if (!server || key === undefined) return;
    const chosen = wanted === "{}" ? undefined : (JSON.parse(wanted) as EventFilter);
    const store = new EventsStore(server, scope, chosen);
    store.start();
    take({ key, store });
    return () => {
      store.stop();
    };
  }, [server, scope, wanted, key]);
  const store = taken?.key === key ? taken?.store : undefined;
  return useSyncExternalStore(store?.subscribe ?? never, store?.now ?? none, none);
}

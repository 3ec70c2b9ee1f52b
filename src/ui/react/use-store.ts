import { useEffect, useRef, useState } from "react";
import type { ConnectionOptions } from "../../client/connection.js";
import type { RunStore } from "../run/run-store.js";
import { keyOf, takeStore } from "./stores.js";

/** The server that a component reads from. */
export interface RunOptions {
  /** Its address. Default: the server that has sent the page. */
  url?: string | undefined;
  /**
   * The bearer token, or a function that gives it, asked before each connection. A function is to be the same
   * one from render to render: with another one everything is connected anew.
   */
  token?: ConnectionOptions["token"] | undefined;
}

/** The server of these options; the same object for as long as they name the same one. */
export function useServer({ url, token }: RunOptions): ConnectionOptions | undefined {
  const known = useRef<ConnectionOptions>(undefined);
  // While a server renders there is no page, and nothing is connected to.
  const address = url ?? (typeof window === "undefined" ? undefined : window.location.origin);
  if (address === undefined) return undefined;
  if (known.current?.url !== address || known.current.token !== token) {
    known.current = { url: address, ...(token !== undefined && { token }) };
  }
  return known.current;
}

/** The store of a timeline for as long as the caller shows it; undefined before it is shown. */
export function useStore(
  server: ConnectionOptions | undefined,
  scope: string,
): RunStore | undefined {
  const [taken, take] = useState<{ key: string; store: RunStore }>();
  const key = server && keyOf(server, scope);
  useEffect(() => {
    if (!server || key === undefined) return;
    const { store, release } = takeStore(server, scope);
    take({ key, store });
    return release;
  }, [server, scope, key]);
  // Not for a moment that of another timeline.
  return taken?.key === key ? taken?.store : undefined;
}

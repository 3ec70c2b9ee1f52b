import { useEffect, useState } from "react";
import { navigate } from "wouter/use-browser-location";
import { addressOf } from "../../client/connection.js";
import { RequestRefusedError } from "../../client/errors.js";
import { fetchJson } from "../../client/fetch-json.js";
import { scopeAddress } from "../app/address.js";
import { server } from "../app/server.js";

export interface Sample {
  /** `none`: this server starts none, or not for this page. */
  state: "asking" | "none" | "ready" | "starting";
  /** Why it could not be started. */
  error: string | undefined;
  /** Starts it, and goes to its run. */
  start: () => void;
}

const ADDRESS = addressOf(server, "", "sample-runs");

/** The sample pack of the server, where it may be started from here. */
export function useSample(): Sample {
  const [state, setState] = useState<Sample["state"]>("asking");
  const [error, setError] = useState<string>();
  useEffect(() => {
    const asking = new AbortController();
    const { signal } = asking;
    fetchJson(server, ADDRESS, { signal }).then(
      () => {
        setState("ready");
      },
      () => {
        if (!signal.aborted) setState("none");
      },
    );
    return () => {
      asking.abort();
    };
  }, []);
  const start = async () => {
    setState("starting");
    setError(undefined);
    try {
      navigate(scopeAddress(await startSample()));
    } catch (cause) {
      setState("ready");
      setError((cause as Error).message);
    }
  };
  return { state, error, start: () => void start() };
}

/** The scope of the run that has begun, or goes on. */
async function startSample(): Promise<string> {
  try {
    const { scope } = (await fetchJson(server, ADDRESS, { method: "POST" })) as { scope: string };
    return scope;
  } catch (error) {
    const running = error instanceof RequestRefusedError ? error.problem?.scope : undefined;
    if (running === undefined) throw error;
    return running;
  }
}

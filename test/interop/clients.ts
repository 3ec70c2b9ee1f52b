import { fetchEventSource } from "@microsoft/fetch-event-source";
import { EventSource as NpmEventSource } from "eventsource";
import { EventSource as UndiciEventSource } from "undici";

/** Somebody else's reader of event streams, made to read one. */
export type Client = (
  url: string,
  /** Told the data of each step, as it arrives. */
  onStep: (data: string) => void,
) => Reading | Promise<Reading>;

export interface Reading {
  /** Resolves when the client has stopped by itself. */
  stopped: Promise<void>;
  leave: () => void | Promise<void>;
}

/** The type of the events that are read. */
export const STEP = "deploy.step";

/** https://www.npmjs.com/package/eventsource */
export const npmEventSource: Client = (url, onStep) => {
  const source = new NpmEventSource(url);
  source.addEventListener(STEP, ({ data }) => {
    onStep(data as string);
  });
  const stopped = new Promise<void>((resolve) => {
    source.addEventListener("error", () => {
      if (source.readyState === source.CLOSED) resolve();
    });
  });
  return {
    stopped,
    leave: () => {
      source.close();
    },
  };
};

/** https://undici.nodejs.org/#/docs/api/EventSource */
export const undiciEventSource: Client = (url, onStep) => {
  const source = new UndiciEventSource(url);
  source.addEventListener(STEP, (event) => {
    onStep((event as Event & { data: string }).data);
  });
  const stopped = new Promise<void>((resolve) => {
    source.addEventListener("error", () => {
      if (source.readyState === source.CLOSED) resolve();
    });
  });
  return {
    stopped,
    leave: () => {
      source.close();
    },
  };
};

class Finished extends Error {}

/**
 * https://www.npmjs.com/package/@microsoft/fetch-event-source, which leaves to its user what an EventSource
 * does by itself: that a stream whose connection has ended is opened again, and that 204 is the end.
 */
export const microsoftFetchEventSource: Client = (url, onStep) => {
  standInForBrowser();
  const leaving = new AbortController();
  const reading = fetchEventSource(url, {
    signal: leaving.signal,
    openWhenHidden: true,
    onopen: ({ status }) =>
      status === 200 ? Promise.resolve() : Promise.reject(new Finished(String(status))),
    onmessage: ({ event, data }) => {
      if (event === STEP) onStep(data);
    },
    onclose: () => {
      throw new Error("the connection has ended");
    },
    onerror: (error) => {
      if (error instanceof Finished) throw error;
    },
  });
  const stopped = reading.catch((error: unknown) => {
    if (!(error instanceof Finished && error.message === "204")) throw error;
  });
  return {
    stopped,
    leave: () => {
      leaving.abort();
    },
  };
};

/** What it uses of a browser beside `fetch`. */
function standInForBrowser(): void {
  const document = {
    hidden: false,
    addEventListener: () => undefined,
    removeEventListener: () => undefined,
  };
  Object.assign(globalThis, { window: globalThis, document });
}

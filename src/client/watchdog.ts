import { UnavailableError } from "./errors.js";

/** Watches over the time in which a connection waits for the server. */
export interface Watchdog {
  start: () => void;
  stop: () => void;
}

/**
 * A watchdog that barks, with the reason, when the server has been waited for too long at a stretch. Only
 * that time counts: a reader that is slow itself is no dead server.
 */
export function watchdog(silenceMs: number, bark: (reason: UnavailableError) => void): Watchdog {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const stop = () => {
    clearTimeout(timer);
  };
  return {
    start: () => {
      stop();
      timer = setTimeout(() => {
        const seconds = Math.round(silenceMs / 1000);
        bark(new UnavailableError(`nothing was heard of the server for ${seconds} s`, 0));
      }, silenceMs);
    },
    stop,
  };
}

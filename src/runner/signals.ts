/** Signals that ask a command to stop. */
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"] as const;
export type StopSignal = (typeof SIGNALS)[number];

/** Those that a terminal sends to all of its foreground process group by itself. */
const FROM_KEYBOARD: ReadonlySet<StopSignal> = new Set(["SIGINT", "SIGQUIT"]);

/** Calls `onSignal` instead of dying, until the returned function is called. */
export function onStopSignals(onSignal: (signal: StopSignal) => void): () => void {
  const listeners = SIGNALS.map((signal) => {
    const listener = () => {
      onSignal(signal);
    };
    process.on(signal, listener);
    return () => process.off(signal, listener);
  });
  return () => {
    for (const remove of listeners) remove();
  };
}

/**
 * Whether a signal that reached us has reached a command in our process group as well. Ctrl-C in a
 * terminal does; passing it on would count as a second one, on which many programs give up at once.
 */
export function hasReachedOurGroup(signal: StopSignal): boolean {
  const isAtTerminal = [process.stdin, process.stdout, process.stderr].some(({ isTTY }) => isTTY);
  return isAtTerminal && FROM_KEYBOARD.has(signal);
}

import type { IncomingMessage } from "node:http";

/** How the reading of a body came to its end. */
export type BodyEnd = "complete" | "cut-off" | "stopped";

/**
 * The body of a request piece by piece, read no faster than it is iterated over. Returns at its end, when
 * the client leaves before, or when one of the signals aborts; unlike Node's own iterator it then leaves the
 * connection alone, on which a response may be under way.
 */
export async function* pieces(
  request: IncomingMessage,
  ...signals: AbortSignal[]
): AsyncGenerator<Buffer, BodyEnd> {
  let wake: (() => void) | undefined;
  const something = () => {
    wake?.();
  };
  const events = ["readable", "end", "close", "error"] as const;
  for (const event of events) request.on(event, something);
  for (const signal of signals) signal.addEventListener("abort", something);
  try {
    for (;;) {
      if (signals.some(({ aborted }) => aborted)) return "stopped";
      const piece = request.read() as Buffer | null;
      if (piece) yield piece;
      else if (request.readableEnded) return "complete";
      else if (request.destroyed) return "cut-off";
      else await new Promise<void>((resolve) => (wake = resolve));
    }
  } finally {
    for (const event of events) request.off(event, something);
    for (const signal of signals) signal.removeEventListener("abort", something);
  }
}

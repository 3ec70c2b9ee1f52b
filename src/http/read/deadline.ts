import type { FastifyReply } from "fastify";

/** Aborts when the response is over, its client has gone, or the time is up. */
export function deadlineOf(reply: FastifyReply, withinMs: number): AbortSignal {
  const controller = new AbortController();
  const stop = () => {
    clearTimeout(timer);
    controller.abort();
  };
  const timer = setTimeout(stop, withinMs);
  reply.raw.once("close", stop);
  return controller.signal;
}

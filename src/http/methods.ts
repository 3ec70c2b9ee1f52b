import type { FastifyInstance } from "fastify";
import { problem, ProblemError } from "../wire/problem.js";

/**
 * Notes which methods each address takes, from here on. What it returns is to be called when all routes
 * are there: it answers every other method with 405 and says which are taken.
 */
export function refuseOtherMethods(app: FastifyInstance): () => void {
  const taken = new Map<string, Set<string>>();
  app.addHook("onRoute", ({ url, method }) => {
    const methods = taken.get(url) ?? new Set();
    for (const name of [method].flat()) methods.add(name);
    taken.set(url, methods);
  });
  return () => {
    for (const [url, methods] of [...taken]) {
      const allow = [...methods, "OPTIONS"].sort().join(", ");
      const others = app.supportedMethods.filter(
        (name) => !methods.has(name) && name !== "OPTIONS",
      );
      app.route({
        url,
        method: others,
        exposeHeadRoute: false,
        handler: (request, reply) => {
          void reply.header("allow", allow);
          throw new ProblemError(
            problem("method-not-allowed", `${request.method} is not taken here, only ${allow}.`),
          );
        },
      });
    }
  };
}

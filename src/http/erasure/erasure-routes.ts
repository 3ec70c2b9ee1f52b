import type { FastifyInstance } from "fastify";
import { isSubject } from "../../personal/personal-member.js";
import { problem, ProblemError } from "../../wire/problem.js";
import type { Serving } from "../serving.js";
import { described } from "../openapi/operation.js";
import { forgetOperation, personalKeyOperation } from "./erasure-operations.js";

/** `GET /v1/personal-keys/<keyId>` and `DELETE /v1/personal-subjects/<subject>`. */
export function erasureRoutes(app: FastifyInstance, { gateway, logger }: Serving): void {
  const { personalKeys, tenant } = gateway;

  app.get("/v1/personal-keys/:keyId", described(personalKeyOperation), async (request, reply) => {
    const { keyId } = request.params as { keyId: string };
    const found = await personalKeys.find(tenant, keyId);
    if (!found) throw new ProblemError(problem("not-found", "There is no key of this id."));
    if (found.state === "destroyed") {
      const when = found.at === undefined ? "" : ` at ${found.at}`;
      const detail = `The subject was forgotten${when}: what is encrypted with its key can be read by nobody.`;
      throw new ProblemError(problem("key-destroyed", detail));
    }
    const { bytes, createdAt } = found.key;
    const key = Buffer.from(bytes).toString("base64");
    return reply
      .header("cache-control", "no-store")
      .send({ keyId, alg: "A256GCM", key, createdAt });
  });

  app.delete(
    "/v1/personal-subjects/:subject",
    described(forgetOperation),
    async (request, reply) => {
      const { subject } = request.params as { subject: string };
      const forgotten = isSubject(subject) ? await personalKeys.forget(tenant, subject) : undefined;
      if (!forgotten) {
        const detail = "No personal data of this subject has ever been stored.";
        throw new ProblemError(problem("not-found", detail));
      }
      // Whose key it was is nobody's business any more.
      logger.info({ keyId: forgotten.keyId }, "the key of a subject was destroyed");
      return reply.header("cache-control", "no-store").send({ subject, ...forgotten });
    },
  );
}

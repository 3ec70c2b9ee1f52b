import type { AddressInfo } from "node:net";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { problem, ProblemError } from "../../wire/problem.js";
import { described } from "../openapi/operation.js";
import { sendProblem, unavailable } from "../problem-reply.js";
import type { Serving } from "../serving.js";
import { urlOf } from "../url-of.js";
import { readSampleOperation, startSampleOperation } from "./sample-operations.js";
import type { SampleRuns } from "./sample-runs.js";
import { strangerOf } from "./stranger.js";

/** `GET /v1/sample-runs`: whether a sample can be started; `POST`: starts it. Nothing of a request is made use of. */
export function sampleRoutes(app: FastifyInstance, { samples, config, draining }: Serving): void {
  const allowed = ({ headers }: FastifyRequest): SampleRuns => {
    if (!samples) {
      const detail =
        "Samples are started only by a server with a nats-server of its own that listens on loopback.";
      throw new ProblemError(problem("not-found", detail));
    }
    const stranger = strangerOf(headers);
    if (stranger) throw new ProblemError(stranger);
    return samples;
  };

  app.get("/v1/sample-runs", described(readSampleOperation), (request, reply) => {
    const { running = null } = allowed(request);
    return reply.header("cache-control", "no-store").send({ running });
  });

  app.post("/v1/sample-runs", described(startSampleOperation), async (request, reply) => {
    const runs = allowed(request);
    if (draining.aborted) throw new ProblemError(unavailable("The server is shutting down."));
    const started = await runs.start(urlOf(app.server.address() as AddressInfo, config.http.host));
    if (started.is === "failed") {
      const detail = "The sample could not be started; the server's log says why.";
      throw new ProblemError(unavailable(detail));
    }
    const { scope } = started;
    void reply.header("location", `/v1/${scope}`);
    if (started.is === "busy") {
      return sendProblem(
        reply,
        problem("sample-running", `${scope} goes on; wait for its end.`, { scope }),
      );
    }
    return reply.code(202).send({ outcome: "begun", scope });
  });
}

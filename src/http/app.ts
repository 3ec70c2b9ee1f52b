import { fastify, type FastifyInstance } from "fastify";
import type { Logger } from "pino";
import { problem, ProblemError } from "../wire/problem.js";
import { leaveBodiesToRoutes } from "./body.js";
import { addCommonHeaders, commonHeaders } from "./headers.js";
import { internalProblem, problemOf, sendProblem } from "./problem-reply.js";
import { requestIdOf } from "./request-id.js";
import { loggerOf, logRequests } from "./request-log.js";
import { badScope, intendedScope } from "./scope-path.js";
import { refuseUnknownParameters } from "./known-parameters.js";
import { answerSocketErrors } from "./socket-error.js";

/** A Fastify without routes: how every request is received, named, logged and, when it fails, answered. */
export function createApp(logger: Logger, corsOrigins: readonly string[]): FastifyInstance {
  const app = fastify({
    // Ours is not given to it: it would make a child of it for each request, and hold every request with
    // all that belongs to it until its response has ended.
    logger: false,
    genReqId: requestIdOf,
    requestIdHeader: false,
    // A request body of NDJSON may take for ever; others have a time limit of their own.
    requestTimeout: 0,
    return503OnClosing: false,
    forceCloseConnections: "idle",
    routerOptions: { maxParamLength: 8192 },
    http: {
      headersTimeout: 30_000,
      // A peer that has vanished is noticed, also on a connection on which nothing is sent.
      keepAlive: true,
      keepAliveInitialDelay: 30_000,
      // Node's own refusal has no body; ours is a problem.
      requireHostHeader: false,
    },
    clientErrorHandler: (error, socket) => {
      onSocketError(error, socket);
    },
    frameworkErrors: (error, request, reply) => {
      void reply.headers(commonHeaders(request));
      const known = problemOf(error) ?? internalProblem(request.id);
      const isScope = known.code === "bad-request" && intendedScope(request.url) !== undefined;
      void sendProblem(reply, isScope ? problem("bad-scope", known.detail) : known);
    },
  });
  const onSocketError = answerSocketErrors(app.server);
  // Node answers what it cannot meet with an empty 417; HTTP allows to go on (RFC 9110, section 10.1.1).
  app.server.on("checkExpectation", (request, response) => {
    app.server.emit("request", request, response);
  });
  logRequests(app, logger);
  addCommonHeaders(app, corsOrigins);
  refuseUnknownParameters(app);
  leaveBodiesToRoutes(app);
  answerErrors(app);
  return app;
}

/** All errors leave as problems, and nothing of what only we should know leaves with them. */
function answerErrors(app: FastifyInstance): void {
  app.setErrorHandler((error, request, reply) => {
    const known = problemOf(error);
    if (!known) loggerOf(request).error({ err: error }, "a request failed unexpectedly");
    return sendProblem(reply, known ?? internalProblem(request.id));
  });
  app.setNotFoundHandler((request) => {
    const scope = intendedScope(request.url);
    if (scope) throw badScope(scope);
    throw new ProblemError(
      problem("not-found", "There is nothing at this address; /openapi.json lists what there is."),
    );
  });
}

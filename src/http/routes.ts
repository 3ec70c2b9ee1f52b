import type { FastifyInstance } from "fastify";
import { appendRoutes } from "./append/append-routes.js";
import { auditRoutes } from "./audit/audit-routes.js";
import { erasureRoutes } from "./erasure/erasure-routes.js";
import { docsRoutes } from "./docs/docs-routes.js";
import { healthRoutes } from "./health-routes.js";
import { logsRoutes } from "./logs/logs-routes.js";
import { refuseOtherMethods } from "./methods.js";
import { metricsRoutes } from "./metrics-routes.js";
import { noteDescribed } from "./openapi/document.js";
import { openapiRoutes } from "./openapi/openapi-routes.js";
import { pollRoutes } from "./read/poll-routes.js";
import { readRoutes } from "./read/read-routes.js";
import { sampleRoutes } from "./sample/sample-routes.js";
import type { Serving } from "./serving.js";
import { socketRoutes } from "./socket/socket-routes.js";
import { reindexRoutes } from "./state/reindex-routes.js";
import { stateRoutes } from "./state/state-routes.js";
import { sseRoutes } from "./stream/sse-routes.js";
import { subscriptionRoutes } from "./subscriptions/subscription-routes.js";
import { uiRoutes } from "./ui-routes.js";
import { workflowRoutes } from "./workflows/workflow-routes.js";

/** Everything that is served, in the order in which the API's description has it. */
export function registerRoutes(app: FastifyInstance, serving: Serving): void {
  const finishRoutes = refuseOtherMethods(app);
  const routes = noteDescribed(app);
  appendRoutes(app, serving);
  readRoutes(app, serving);
  pollRoutes(app, serving);
  sseRoutes(app, serving);
  socketRoutes(app, serving);
  stateRoutes(app, serving);
  logsRoutes(app, serving);
  workflowRoutes(app, serving);
  subscriptionRoutes(app, serving);
  auditRoutes(app, serving);
  erasureRoutes(app, serving);
  reindexRoutes(app, serving);
  sampleRoutes(app, serving);
  healthRoutes(app, serving);
  metricsRoutes(app, serving);
  openapiRoutes(app, routes);
  docsRoutes(app, routes);
  uiRoutes(app, serving.logger);
  finishRoutes();
}

import type { FastifyInstance } from "fastify";
import { openapiOperation } from "../health-operations.js";
import { openapiDocument, type DescribedRoute } from "./document.js";
import { described } from "./operation.js";

/**
 * `GET /openapi.json`: this API, described for programs.
 *
 * @param routes all of the API's, once it is asked for
 */
export function openapiRoutes(app: FastifyInstance, routes: readonly DescribedRoute[]): void {
  let document: string | undefined;
  app.get("/openapi.json", described(openapiOperation), (_request, reply) => {
    document ??= JSON.stringify(openapiDocument(routes));
    return reply
      .type("application/json; charset=utf-8")
      .header("cache-control", "public, max-age=300")
      .send(document);
  });
}

import type { FastifyInstance } from "fastify";
import { addressesOf, type Address } from "./addresses.js";
import { componentSchemas } from "./components.js";
import { TAGS, type OpenapiObject, type Operation } from "./operation.js";

/** A route that is part of the API. */
export interface DescribedRoute {
  method: string;
  /** As Fastify has it. */
  url: string;
  operation: Operation;
}

/** Notes the routes that are described, from here on: what the document is made of. */
export function noteDescribed(app: FastifyInstance): readonly DescribedRoute[] {
  const routes: DescribedRoute[] = [];
  app.addHook("onRoute", ({ url, method, config }) => {
    const operation = config?.operation;
    // A HEAD is what its GET says.
    const methods = [method].flat().filter((name) => name !== "HEAD");
    if (operation) routes.push(...methods.map((name) => ({ method: name, url, operation })));
  });
  return routes;
}

/** The API, described for programs (OpenAPI 3.1). */
export function openapiDocument(routes: readonly DescribedRoute[]): OpenapiObject {
  const paths: Record<string, OpenapiObject> = {};
  for (const { method, url, operation } of routes) {
    for (const address of addressesOf(url)) {
      const item = (paths[address.path] ??= {});
      item[method.toLowerCase()] = operationAt(operation, address);
    }
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "Runtrail",
      version: "1",
      summary: "The event trail of an orchestrator.",
      description:
        "Whatever is wrong with a request is said by a problem (RFC 9457). Every response has an `x-request-id`. " +
        "A parameter that an address does not take is refused, as is one that is given twice.",
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    },
    servers: [{ url: "/" }],
    tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
    paths,
    components: { schemas: componentSchemas() },
  };
}

function operationAt(
  { tag, operationId, parameters = [], example, ...rest }: Operation,
  address: Address,
): OpenapiObject {
  const all = [...address.parameters, ...parameters];
  return {
    operationId: operationId + address.suffix,
    tags: [tag],
    ...rest,
    ...(all.length > 0 && { parameters: all }),
  };
}

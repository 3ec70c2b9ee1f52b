import type { FastifyInstance, FastifyRequest } from "fastify";
import { nearest } from "../envelope/catalogue/nearest.js";
import { problem, ProblemError } from "../wire/problem.js";
import { badParameter } from "./parameters.js";

/** Where a token may stand in a URL, because neither EventSource nor WebSocket can set headers. */
export const TOKEN_PARAMETERS: readonly string[] = ["access_token", "ticket"];

/**
 * Refuses parameters that the API's description of a route does not have: a filter whose name is misspelt would
 * otherwise let everything through, and nobody would notice.
 */
export function refuseUnknownParameters(app: FastifyInstance): void {
  app.addHook("onRequest", (request, _reply, done) => {
    done(flawOf(request));
  });
}

function flawOf({ query, raw, routeOptions }: FastifyRequest): ProblemError | undefined {
  const { operation, takesTokenInUrl = false } = routeOptions.config;
  // Probes and scrapers may add to an address what they like.
  if (!operation || routeOptions.url?.startsWith("/v1/") !== true) return undefined;
  const names = (operation.parameters ?? []).flatMap((parameter) =>
    parameter.in === "query" ? [parameter.name] : [],
  );
  const taken = takesTokenInUrl ? [...names, ...TOKEN_PARAMETERS] : names;
  return unknownAmong(Object.keys(query as object), taken, names) ?? brokenEscape(raw.url ?? "");
}

/**
 * @param taken those that may be there
 * @param named those that are told of
 */
export function unknownAmong(
  given: readonly string[],
  taken: readonly string[],
  named: readonly string[],
): ProblemError | undefined {
  const unknown = given.find((name) => !taken.includes(name));
  if (unknown === undefined) return undefined;
  const meant = nearest(unknown, named);
  const all = `it takes ${named.length === 0 ? "none" : named.join(", ")}`;
  const hint = meant === undefined ? all : `${meant} is`;
  return badParameter(unknown, `is not a parameter of this address; ${hint}`);
}

/** What is no UTF-8 would be taken for the text of its escapes. */
function brokenEscape(url: string): ProblemError | undefined {
  if (!url.includes("%")) return undefined;
  try {
    decodeURIComponent(url);
    return undefined;
  } catch {
    const detail = "The URL holds a % that is not followed by a valid UTF-8 byte.";
    return new ProblemError(problem("bad-request", detail));
  }
}

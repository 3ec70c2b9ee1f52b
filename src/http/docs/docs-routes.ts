import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { PROBLEMS } from "../../wire/problem.js";
import { problem, ProblemError } from "../../wire/problem.js";
import type { DescribedRoute } from "../openapi/document.js";
import { apiPage } from "./api-page.js";
import { eventsPage } from "./events-page.js";
import { STYLE_ADDRESS } from "./layout.js";
import { html } from "./markup.js";
import { SERVER } from "./operation-view.js";
import { STYLE } from "./style.js";

/** Nothing but our own style, and the icon in the page: no script, nothing from elsewhere, no frame around it. */
const POLICY = [
  "default-src 'none'",
  "style-src 'self'",
  "img-src data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

/** A name or an address, perhaps with a port. */
const HOST = /^(?:[A-Za-z0-9._-]+|\[[0-9a-fA-F:.]+\])(?::\d{1,5})?$/;

/**
 * `/docs`: this API, described for people, as a page that needs no script and nothing from elsewhere; `/docs/events`: the
 * types of events. `/problems/<code>`, which problems name as their type, leads there.
 *
 * @param routes all of the API's, once it is asked for
 */
export function docsRoutes(app: FastifyInstance, routes: readonly DescribedRoute[]): void {
  const page = (make: () => string) => {
    let text: string | undefined;
    return (request: FastifyRequest, reply: FastifyReply) => {
      text ??= make();
      return reply
        .type("text/html; charset=utf-8")
        .headers({
          "cache-control": "no-cache",
          "content-security-policy": POLICY,
          "referrer-policy": "no-referrer",
        })
        .send(text.replaceAll(SERVER, html`${serverOf(request)}`.text));
    };
  };
  app.get(
    "/docs",
    page(() => apiPage(routes)),
  );
  app.get("/docs/events", page(eventsPage));
  app.get(STYLE_ADDRESS, (_request, reply) =>
    reply
      .type("text/css; charset=utf-8")
      .header("cache-control", "public, max-age=31536000, immutable")
      .send(STYLE),
  );
  app.get("/problems/:code", (request, reply) => {
    const { code } = request.params as { code: string };
    if (!Object.hasOwn(PROBLEMS, code)) {
      throw new ProblemError(problem("not-found", "There is no problem of this code."));
    }
    return reply.redirect(`/docs#problem-${code}`, 303);
  });
}

/** The address by which whoever asks has come here. */
function serverOf({ headers }: FastifyRequest): string {
  const { host = "" } = headers;
  const scheme = headers["x-forwarded-proto"] === "https" ? "https" : "http";
  return `${scheme}://${HOST.test(host) ? host : "127.0.0.1:4280"}`;
}

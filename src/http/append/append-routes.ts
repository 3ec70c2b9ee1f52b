import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { ProblemError } from "../../wire/problem.js";
import { bodyFormOf, readBody } from "../body.js";
import { parseJson } from "../json.js";
import { badParameter, Parameters } from "../parameters.js";
import { sendProblem, unavailable } from "../problem-reply.js";
import { scopeOf, scopeUrls } from "../scope-path.js";
import type { Serving } from "../serving.js";
import { appendArray } from "./append-array.js";
import { appendDraft, type Target } from "./append-draft.js";
import { appendNdjson } from "./append-ndjson.js";
import { bodyLimitOf, isArray } from "./limits.js";
import { isStored } from "./result.js";
import { described } from "../openapi/operation.js";
import { appendOperation } from "./append-operations.js";

/** `POST /v1/<scope>/events`: one draft, an array of them, or a stream of them; `POST /v1/events`: of many scopes. */
export function appendRoutes(app: FastifyInstance, serving: Serving): void {
  const append = async (request: FastifyRequest, reply: FastifyReply) => {
    const target = { tenant: serving.gateway.tenant, scope: scopeOf(request), request };
    const isAtomic = new Parameters(request).flag("atomic");
    const form = bodyFormOf(request);
    if (serving.draining.aborted) {
      throw new ProblemError(unavailable("The server is shutting down."));
    }
    if (form === "json") return appendJson(serving, target, isAtomic, request, reply);
    if (isAtomic) throw badParameter("atomic", "goes with a JSON array only");
    return appendNdjson(serving, target, request, reply);
  };
  for (const url of ["/v1/events", ...scopeUrls("events")]) {
    app.post(url, described(appendOperation), append);
  }
}

async function appendJson(
  { gateway, bodyMemory }: Serving,
  target: Target,
  isAtomic: boolean,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const text = await readBody(request.raw, bodyLimitOf, bodyMemory.lease(reply.raw));
  if (isArray(text)) return reply.send(await appendArray(gateway, target, text, isAtomic));
  const parsed = parseJson(text);
  if (!parsed.ok) return sendProblem(reply, parsed.problem);
  const result = await appendDraft(gateway, target, parsed.value);
  if (!isStored(result)) return sendProblem(reply, result.problem);
  return reply.code(result.outcome === "appended" ? 201 : 200).send(result);
}

import type { FastifyRequest } from "fastify";
import type { Scope } from "../../envelope/scope.js";
import type { AppendResult } from "../../publisher/result.js";
import { loggerOf } from "../request-log.js";
import type { Gateway } from "../gateway.js";
import { internalProblem } from "../problem-reply.js";
import { addressOf } from "./address.js";
import { resultOf, type DraftResult } from "./result.js";

/** Where drafts are sent to. */
export interface Target {
  tenant: string;
  /** Undefined: every draft names its own. */
  scope: Scope | undefined;
  /** Whose drafts they are. */
  request: FastifyRequest;
}

/**
 * Appends one draft, of which nothing is known but that it was JSON. Never rejects: a draft that brings to
 * light a fault of ours must not take those beside it down.
 */
export async function appendDraft(
  { publisher, log }: Gateway,
  { tenant, scope: addressed, request }: Target,
  draft: unknown,
): Promise<DraftResult> {
  try {
    const scope = addressOf(draft, addressed);
    const result: AppendResult =
      "outcome" in scope ? scope : await publisher.append(tenant, scope, draft);
    return resultOf(result, log.epoch);
  } catch (error) {
    loggerOf(request).error({ err: error }, "a draft could not be appended");
    return { outcome: "unavailable", problem: internalProblem(request.id) };
  }
}

/** Appends all of the drafts or none. */
export async function appendAllOrNone(
  { publisher, log }: Gateway,
  { tenant, scope: addressed }: Target,
  drafts: readonly unknown[],
): Promise<DraftResult[]> {
  const scopes = drafts.map((draft) => addressOf(draft, addressed));
  const requests = drafts.flatMap((draft, i) => {
    const scope = scopes[i];
    return scope && !("outcome" in scope) ? [{ tenant, scope, draft }] : [];
  });
  const results: AppendResult[] =
    requests.length === drafts.length
      ? await publisher.appendTogether(requests)
      : scopes.map((scope) => ("outcome" in scope ? scope : { outcome: "not-applied" }));
  return results.map((result) => resultOf(result, log.epoch));
}

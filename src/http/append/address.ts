import { parseScope, type Scope } from "../../envelope/scope.js";
import type { Invalid } from "../../publisher/result.js";

/**
 * The scope that a draft is for: that of the request's address, or else the one the draft names. Where
 * both are there they must agree, so that a draft sent to the wrong address is noticed.
 */
export function addressOf(draft: unknown, addressed: Scope | undefined): Scope | Invalid {
  const named = isObject(draft) ? draft["scope"] : undefined;
  if (!isObject(draft) && !addressed) {
    return { ...invalid("A draft must be a JSON object."), pointer: "" };
  }
  if (named === undefined) {
    return addressed ?? invalid("Add scope, for example runs/r-42: the address names none.");
  }
  if (addressed) {
    return named === addressed.path
      ? addressed
      : invalid(`The draft's scope is not that of the address, ${addressed.path}.`);
  }
  const scope = typeof named === "string" ? parseScope(named) : undefined;
  return scope ?? invalid("scope must be a scope path, for example runs/r-42/jobs/build.");
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function invalid(detail: string): Invalid {
  return { outcome: "invalid", code: "invalid-event", pointer: "/scope", detail };
}

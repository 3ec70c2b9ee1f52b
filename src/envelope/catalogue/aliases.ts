import { TYPE_ALIASES } from "./alias-table.js";
import { canonicalKeys } from "./canonical-keys.js";
import { isCatalogueType } from "./catalogue.js";
import { schemas } from "./schemas.generated.js";

/**
 * The name under which events of this type are stored: `workflow_started` → `run.started`,
 * `execution.failed` → `run.failed`. A type that is no alias is returned as it is.
 */
export function canonicalType(type: string): string {
  const renamed = type.startsWith("execution.") ? `run.${type.slice("execution.".length)}` : type;
  return TYPE_ALIASES.get(renamed) ?? renamed;
}

/**
 * The payload with its members under the names that the schema of `type` (canonical or an alias)
 * declares. The same object when there is nothing to rename; nothing is ever dropped, and a member whose
 * canonical name is taken keeps its own.
 *
 * Under an alias type, an error that is only a text (`error` or `errorMessage`) becomes an error object
 * with the code `unspecified` that is not retryable, because other orchestrators report errors so. A
 * producer that uses our own type is told instead.
 */
export function canonicalPayload(
  type: string,
  payload: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const canonical = canonicalType(type);
  if (!isCatalogueType(canonical)) return payload;
  const renamed = canonicalKeys(`payloads/${canonical}.json`, payload);
  const declared = schemas[`payloads/${canonical}.json`].properties ?? {};
  return type !== canonical && "error" in declared ? withErrorObject(renamed) : renamed;
}

function withErrorObject(
  payload: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const candidates = Object.hasOwn(payload, "error")
    ? ["error"]
    : ["errorMessage", "error_message"];
  const key = candidates.find(
    (name) => Object.hasOwn(payload, name) && typeof payload[name] === "string",
  );
  if (key === undefined) return payload;
  const { [key]: message, ...rest } = payload;
  return { ...rest, error: { code: "unspecified", message, retryable: false } };
}

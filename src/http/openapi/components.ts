import { schemas, type SchemaFile } from "../../envelope/catalogue/schemas.generated.js";
import { ANSWERS } from "./answer-schemas.js";
import type { OpenapiObject } from "./operation.js";
import { STATE_SCHEMAS } from "./state-schemas.js";

/** `payloads/run.created.json` → `payloads.run.created`: what a component may be called. */
function componentName(file: string): string {
  return file.replace(/\.json$/, "").replaceAll("/", ".");
}

/** The schemas of the API: those of schemas/, with their references turned into references to components. */
export function componentSchemas(): OpenapiObject {
  const files = Object.keys(schemas) as SchemaFile[];
  const own = files.map((file) => [componentName(file), asComponent(schemas[file], file)] as const);
  return { ...Object.fromEntries(own), ...ANSWERS, ...STATE_SCHEMAS };
}

function asComponent(node: unknown, file: string): unknown {
  if (Array.isArray(node)) return node.map((item) => asComponent(item, file));
  if (typeof node !== "object" || node === null) return node;
  return Object.fromEntries(
    Object.entries(node).flatMap(([key, value]) => {
      if (key === "$schema" || key === "$id") return [];
      if (key !== "$ref" || typeof value !== "string") return [[key, asComponent(value, file)]];
      return [[key, referenceFrom(value, file)]];
    }),
  );
}

/** `../common/id.json` in `payloads/x.json` → `#/components/schemas/common.id`. */
function referenceFrom(reference: string, file: string): string {
  if (reference.startsWith("#"))
    return `#/components/schemas/${componentName(file)}${reference.slice(1)}`;
  const base = new URL(file, "http://schemas/");
  return `#/components/schemas/${componentName(new URL(reference, base).pathname.slice(1))}`;
}

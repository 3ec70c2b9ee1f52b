import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import { explain, type SchemaFlaw } from "../envelope/catalogue/explain.js";
import type { Pack } from "../envelope/catalogue/pack.generated.js";
import { schemas } from "../envelope/catalogue/schemas.generated.js";

let validator: ValidateFunction<Pack> | undefined;

function packValidator(): ValidateFunction<Pack> {
  if (validator !== undefined) return validator;
  // `verbose` puts schema and data into errors, for their messages.
  const ajv = new Ajv2020({ allowUnionTypes: true, strictRequired: false, verbose: true });
  ajv.addSchema(schemas["common/id.json"]);
  ajv.addSchema(schemas["common/duration.json"]);
  return (validator = ajv.compile<Pack>(schemas["pack.json"]));
}

/** Where a value does not fit the schema of pack files; undefined when it is a pack. */
export function flawOfPack(value: unknown): SchemaFlaw | undefined {
  const validate = packValidator();
  return validate(value) ? undefined : explain(validate.errors ?? []);
}

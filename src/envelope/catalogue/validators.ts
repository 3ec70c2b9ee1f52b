import { Ajv2020, type Options, type ValidateFunction } from "ajv/dist/2020.js";
import formats from "ajv-formats";
import type { CatalogueType } from "./catalogue.js";
import { schemas } from "./schemas.generated.js";
import { isTimestamp } from "./timestamp.js";

/** A JSON Schema, draft 2020-12. */
export type JsonSchema = boolean | Readonly<Record<string, unknown>>;

/** `verbose` puts schema and data into errors, for their messages; a valid payload pays nothing for it. */
const options: Options = {
  strict: true,
  strictRequired: false,
  allowUnionTypes: true,
  verbose: true,
};

/** Ajv that knows the schemas which others may refer to, and our stricter idea of a timestamp. */
function schemaCompiler(special: Options): Ajv2020 {
  const ajv = new Ajv2020({ ...options, ...special });
  formats.default(ajv);
  ajv.addFormat("date-time", { type: "string", validate: isTimestamp });
  for (const [file, schema] of Object.entries(schemas)) {
    if (file.startsWith("common/")) ajv.addSchema(schema);
  }
  return ajv;
}

let ownCompiler: Ajv2020 | undefined;
const validators = new Map<CatalogueType, ValidateFunction>();

/** The validator of a catalogue type's payload, compiled when it is first asked for. */
export function payloadValidator(type: CatalogueType): ValidateFunction {
  const known = validators.get(type);
  if (known !== undefined) return known;
  // Our own schemas are held against the meta-schema by a test: doing it at each start as well takes 40 ms.
  ownCompiler ??= schemaCompiler({ meta: false, validateSchema: false });
  const validate = ownCompiler.compile(schemas[`payloads/${type}.json`]);
  validators.set(type, validate);
  return validate;
}

let drafts: ValidateFunction | undefined;

/** The validator of a draft's members, those of its payload aside. */
export function draftValidator(): ValidateFunction {
  ownCompiler ??= schemaCompiler({ meta: false, validateSchema: false });
  drafts ??= ownCompiler.compile(schemas["draft.json"]);
  return drafts;
}

/**
 * The validators of the operator's own schemas, by type. They may refer to each other and to those of
 * schemas/common, by `$id`.
 *
 * @throws Error that names the type whose schema is not a valid one
 */
export function operatorValidators(
  byType: ReadonlyMap<string, JsonSchema>,
): ReadonlyMap<string, ValidateFunction> {
  // With ownProperties, `required: ["constructor"]` asks for a member and not for Object.prototype's.
  const ajv = schemaCompiler({ strictTypes: false, strictTuples: false, ownProperties: true });
  const naming = <T>(type: string, step: () => T): T => {
    try {
      return step();
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new Error(`The schema of ${type} is not usable: ${reason}`, { cause });
    }
  };
  for (const [type, schema] of byType) naming(type, () => ajv.addSchema(schema, type));
  return new Map(
    [...byType.keys()].map((type) => {
      const validate = naming(type, () => ajv.getSchema(type));
      if (validate === undefined || "$async" in validate) {
        throw new Error(`The schema of ${type} is not usable: it must not be asynchronous`);
      }
      return [type, validate];
    }),
  );
}

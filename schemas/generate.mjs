/**
 * Makes src/envelope/catalogue/*.generated.ts from the JSON Schemas of this folder.
 *
 *     node schemas/generate.mjs            writes what differs, and touches nothing else
 *     node schemas/generate.mjs --check    writes nothing; exits 1 when something differs
 *
 * The output is committed, so that neither a reader of the source nor an editor needs a build first.
 */
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { basename, posix } from "node:path";
import { compile } from "json-schema-to-typescript";

const folder = new URL("./", import.meta.url);
const target = new URL("../src/envelope/catalogue/", import.meta.url);
const banner =
  "// Made from schemas/ by schemas/generate.mjs. Edit those, then run `npm run build`.\n";

const readJson = (file) => JSON.parse(readFileSync(new URL(file, folder), "utf8"));
const literal = (value) => JSON.stringify(value);
const lines = (items, line) => items.map(line).join("\n");
const without = (object, ...keys) =>
  Object.fromEntries(Object.entries(object).filter(([key]) => !keys.includes(key)));

/** Every schema by its path in this folder, in the same order on every machine. */
function readSchemas() {
  const files = readdirSync(folder, { recursive: true })
    .map((file) => file.replaceAll("\\", "/"))
    .filter((file) => file.endsWith(".json") && file !== "catalogue.json")
    .sort();
  return new Map(files.map((file) => [file, readJson(file)]));
}

/** `payloads/pack_run.timed_out.json` → `PackRunTimedOutPayload` */
function typeName(file) {
  const name = basename(file, ".json").replace(/(?:^|[^a-z0-9])([a-z0-9])/g, (_, first) =>
    first.toUpperCase(),
  );
  if (file.startsWith("payloads/")) return `${name}Payload`;
  return name === "Error" ? "EventError" : name;
}

/**
 * A schema as part of one document, for json-schema-to-typescript: what refers to a shared object
 * becomes its named interface, what refers to a shared scalar is written out in place.
 */
function forTypes(node, file, schemas) {
  if (Array.isArray(node)) return node.map((item) => forTypes(item, file, schemas));
  if (node === null || typeof node !== "object") return node;
  if (Object.keys(node).join() === "description" && typeof node.description === "string") {
    return { ...node, tsType: "unknown" };
  }
  const { $ref, ...siblings } = node;
  if ($ref === undefined || $ref.startsWith("#")) {
    return Object.fromEntries(
      Object.entries(without(node, "$schema", "$id", "examples")).map(([key, value]) => [
        key,
        forTypes(value, file, schemas),
      ]),
    );
  }
  const path = posix.join(posix.dirname(file), $ref);
  const shared = schemas.get(path);
  if (shared === undefined) throw new Error(`schemas/${file} refers to ${$ref}: no such file.`);
  if (shared.properties !== undefined) return { $ref: `#/definitions/${typeName(path)}` };
  return { ...without(forTypes(shared, path, schemas), "title"), ...siblings };
}

/** The TypeScript of a schema and of all that it refers to. */
function declarations(schema, name) {
  return compile(schema, name, {
    bannerComment: "",
    ignoreMinAndMaxItems: true,
    style: { printWidth: 100 },
  });
}

/** All schemas as a value: one a line, so that a change to one shows as a change to one. */
function schemasModule(schemas) {
  return `${banner}
/** A schema of schemas/: JSON Schema, draft 2020-12. */
export interface SchemaDocument {
  readonly $id: string;
  readonly title: string;
  readonly description: string;
  readonly properties?: Readonly<Record<string, unknown>>;
  readonly examples: readonly unknown[];
  readonly [keyword: string]: unknown;
}

/** The path of a schema in schemas/. */
export type SchemaFile =
${lines([...schemas.keys()], (file) => `  | ${literal(file)}`)};

/** Every schema by its path: neither a browser nor a server has to read files. */
export const schemas: Readonly<Record<SchemaFile, SchemaDocument>> = {
${lines([...schemas], ([file, schema]) => `  ${literal(file)}: ${literal(schema)},`)}
};
`;
}

async function payloadsModule(schemas) {
  const catalogue = readJson("catalogue.json");
  const types = Object.entries(catalogue.types);
  const part = (file) => {
    // That one of two members must be there does not fit an interface; validation sees to it.
    const schema = without(forTypes(schemas.get(file), file, schemas), "anyOf");
    return { ...schema, title: typeName(file) };
  };
  const shared = ["common/error.json", "common/log-entry.json"];
  const interfaces = await declarations(
    {
      description: "The payload of each type of the catalogue.",
      type: "object",
      properties: Object.fromEntries(types.map(([type, { payload }]) => [type, part(payload)])),
      required: types.map(([type]) => type),
      additionalProperties: false,
      definitions: Object.fromEntries(shared.map((file) => [typeName(file), part(file)])),
    },
    "PayloadByType",
  );
  return `${banner}
import type { ScopeKind } from "../scope.js";

${interfaces}
/** A type of the catalogue. */
export type CatalogueType = keyof PayloadByType;

/** What the catalogue says of a type; \`terminates\` is the kind of scope that it closes. */
export interface CatalogueEntry {
  readonly payload: \`payloads/\${CatalogueType}.json\`;
  readonly family: string;
  readonly terminates?: ScopeKind;
}

/** The families in which only the types of the catalogue are allowed. */
export const reservedFamilies: readonly string[] = ${literal(catalogue.reservedFamilies)};

/** The catalogue: schemas/catalogue.json. */
export const catalogueIndex: Readonly<Record<CatalogueType, CatalogueEntry>> = {
${lines(types, ([type, entry]) => `  ${literal(type)}: ${literal(entry)},`)}
};
`;
}

async function packModule(schemas) {
  const { $defs, ...pack } = forTypes(schemas.get("pack.json"), "pack.json", schemas);
  const text = literal({ ...pack, definitions: { step: without($defs.step, "anyOf") } });
  return `${banner}
${await declarations(JSON.parse(text.replaceAll("#/$defs/", "#/definitions/")), "Pack")}`;
}

const schemas = readSchemas();
const modules = {
  "schemas.generated.ts": schemasModule(schemas),
  "payloads.generated.ts": await payloadsModule(schemas),
  "pack.generated.ts": await packModule(schemas),
};

const stale = Object.entries(modules).filter(([file, text]) => {
  try {
    return readFileSync(new URL(file, target), "utf8") !== text;
  } catch (error) {
    if (error.code === "ENOENT") return true;
    throw error;
  }
});
const names = stale.map(([file]) => `src/envelope/catalogue/${file}`).join(", ");
if (process.argv.includes("--check")) {
  if (stale.length > 0) {
    console.error(`${names}: not what schemas/ says. Run: node schemas/generate.mjs`);
    process.exitCode = 1;
  }
} else {
  for (const [file, text] of stale) writeFileSync(new URL(file, target), text);
  if (stale.length > 0) console.log(`Wrote ${names}`);
}

import { KEY_ALIASES } from "./alias-table.js";
import { isJsonObject } from "./json-object.js";
import { schemas, type SchemaFile } from "./schemas.generated.js";

interface Rename {
  readonly alias: string;
  readonly key: string;
  readonly takes: (value: unknown) => boolean;
}

const renamesByFile = new Map<SchemaFile, ReadonlyMap<string, Rename>>();

/**
 * `value` with its members under the names that the schema in `file` declares; the same object when
 * they already are. Nothing is dropped: a member whose canonical name is taken keeps its own.
 */
export function canonicalKeys(
  file: SchemaFile,
  value: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  let renames = renamesByFile.get(file);
  if (renames === undefined) {
    renames = readRenames(file);
    renamesByFile.set(file, renames);
  }
  for (const key of Object.keys(value)) {
    const rename = renames.get(key);
    if (rename !== undefined && applies(rename, value)) return renamed(renames, value);
  }
  return value;
}

function applies({ alias, key, takes }: Rename, value: Readonly<Record<string, unknown>>): boolean {
  return Object.hasOwn(value, alias) && !Object.hasOwn(value, key) && takes(value[alias]);
}

/** Goes by the order of the table, not of the members: key order must never change what is stored. */
function renamed(
  renames: ReadonlyMap<string, Rename>,
  value: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const keyByAlias = new Map<string, string>();
  const taken = new Set<string>();
  for (const rename of renames.values()) {
    if (taken.has(rename.key) || !applies(rename, value)) continue;
    keyByAlias.set(rename.alias, rename.key);
    taken.add(rename.key);
  }
  // Unlike an assignment, fromEntries keeps a member named `__proto__` a member.
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [keyByAlias.get(key) ?? key, member]),
  );
}

function readRenames(file: SchemaFile): ReadonlyMap<string, Rename> {
  const { properties = {}, required } = schemas[file];
  const family = /^payloads\/(\w+)\./.exec(file)?.[1] ?? "";
  const renames = new Map<string, Rename>();
  for (const [key, property] of Object.entries(properties)) {
    const type = jsTypeOf(property);
    // A required member is missing otherwise, so it takes any value: what is wrong with that is then
    // reported. An optional one leaves a value of another type alone: it may be a fact of its own.
    const takesAny = type === undefined || (Array.isArray(required) && required.includes(key));
    const takes = (value: unknown): boolean => takesAny || typeof value === type;
    const aliases = KEY_ALIASES.get(`${family}.${key}`) ?? KEY_ALIASES.get(key) ?? [];
    for (const alias of [key, ...aliases].flatMap((name) => [name, snakeCase(name)])) {
      if (Object.hasOwn(properties, alias) || renames.has(alias)) continue;
      renames.set(alias, { alias, key, takes });
    }
  }
  return renames;
}

/** What `typeof` says of the values that a property's schema allows; `undefined` when it allows any. */
function jsTypeOf(property: unknown): string | undefined {
  if (!isJsonObject(property)) return undefined;
  const { $ref, type } = property;
  if (typeof $ref === "string") {
    return jsTypeOf(schemas[`common/${$ref.slice($ref.lastIndexOf("/") + 1)}` as SchemaFile]);
  }
  if ("enum" in property) return "string";
  if (type === "integer") return "number";
  if (type === "array") return "object";
  return typeof type === "string" ? type : undefined;
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

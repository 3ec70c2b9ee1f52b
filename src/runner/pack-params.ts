import type { Pack } from "../envelope/catalogue/pack.generated.js";
import type { PackFlaw } from "./pack-graph.js";

/** Two parameters that steps would see under one name. */
export function flawsOfParams({ params = {} }: Pack): PackFlaw[] {
  const names = Object.keys(params);
  return names.flatMap((name, i) => {
    const other = names.slice(0, i).find((earlier) => variableOf(earlier) === variableOf(name));
    if (other === undefined) return [];
    const message = `steps could not tell it from ${other}: both are ${variableOf(name)}`;
    return [{ pointer: `/params/${name}`, message }];
  });
}

export type ParamValues = Record<string, string>;
export type ResolvedParams = { ok: true; values: ParamValues } | { ok: false; message: string };

/** The value of every parameter of a pack: what was given, else its default. */
export function resolveParams(pack: Pack, given: Readonly<ParamValues>): ResolvedParams {
  const declared = pack.params ?? {};
  const unknown = Object.keys(given).find((name) => !Object.hasOwn(declared, name));
  if (unknown !== undefined) {
    const known = Object.keys(declared).join(", ");
    const message = `${pack.pack} has no parameter ${unknown}; it has ${known || "none"}`;
    return { ok: false, message };
  }
  const values: ParamValues = {};
  for (const [name, byDefault] of Object.entries(declared)) {
    const value = given[name] ?? byDefault;
    if (value === null) {
      return { ok: false, message: `${pack.pack} needs a value: --param ${name}=VALUE` };
    }
    values[name] = String(value);
  }
  return { ok: true, values };
}

/** The parameters as steps see them, in environment variables. */
export function paramEnvironment(values: Readonly<ParamValues>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [variableOf(name), value]),
  );
}

/** `target-host` → `PARAM_TARGET_HOST`. */
function variableOf(name: string): string {
  return `PARAM_${name.toUpperCase().replaceAll("-", "_")}`;
}

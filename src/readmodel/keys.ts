import type { ReadDatabase } from "./database.js";

/** Finds the key of a name: a scope's path, `correlations/<id>`, or what a type or a node is called. */
export type FindKey = (tenant: string, name: string) => number | undefined;

export function keyFinder(db: ReadDatabase): FindKey {
  const find = db
    .prepare<[string, string], number>("SELECT id FROM keys WHERE tenant = ? AND name = ?")
    .pluck();
  return (tenant, name) => find.get(tenant, name);
}

/** Where the scopes below one are: their root scope, and the range of their paths, without its end. */
export function subtreeOf(path: string): { root: string; prefix: string; end: string } {
  // The character of the end is the one behind the slash.
  return { root: path.split("/", 2).join("/"), prefix: `${path}/`, end: `${path}0` };
}

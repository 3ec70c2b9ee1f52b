import type { ReadDatabase } from "../../src/readmodel/database.js";

/**
 * All that is in a read model, a line of JSON a row, but the states that are stored now and then: when that is,
 * is left to it.
 */
export function dump(db: ReadDatabase): string[] {
  const tables = ["meta", "keys", "events", "events_below", "scopes"];
  return tables.flatMap((table) =>
    db
      .prepare<[], Record<string, unknown>>(`SELECT * FROM ${table} ORDER BY 1, 2`)
      .all()
      .map((row) => JSON.stringify(row, (_, value: unknown) => shown(value))),
  );
}

function shown(value: unknown): unknown {
  const isBytes = typeof value === "object" && value !== null && "data" in value;
  return isBytes ? Buffer.from(value.data as number[]).toString("latin1") : value;
}

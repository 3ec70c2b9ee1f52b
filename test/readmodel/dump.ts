import type { ReadDatabase } from "../../src/readmodel/database.js";

/**
 * All that is in a read model, a line of JSON a row, but the states that are stored now and then: when that is,
 * is left to it. Of the full-text index, every word and where it stands.
 */
export function dump(db: ReadDatabase): string[] {
  db.pragma("query_only = off");
  db.exec("CREATE VIRTUAL TABLE IF NOT EXISTS temp.words USING fts5vocab(main, entries, instance)");
  const tables = ["meta", "keys", "events", "events_below", "scopes"];
  const words = "temp.words ORDER BY term, doc, col, offset";
  return [...tables.map((table) => `${table} ORDER BY 1, 2`), words].flatMap((rows) =>
    db
      .prepare<[], Record<string, unknown>>(`SELECT * FROM ${rows}`)
      .all()
      .map((row) => JSON.stringify(row, (_, value: unknown) => shown(value))),
  );
}

function shown(value: unknown): unknown {
  const isBytes = typeof value === "object" && value !== null && "data" in value;
  return isBytes ? Buffer.from(value.data as number[]).toString("latin1") : value;
}

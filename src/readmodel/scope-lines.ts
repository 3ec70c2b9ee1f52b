import type { ReadDatabase } from "./database.js";
import { subtreeOf } from "./keys.js";

/**
 * Counts the lines of a scope and everything below it, all of them, without going through them; undefined where some
 * of them have been trimmed.
 */
export function scopeLineCounter(
  db: ReadDatabase,
): (tenant: string, path: string) => number | undefined {
  const count = db.prepare<
    { tenant: string; root: string; path: string; prefix: string; end: string },
    { count: number | null; isWhole: number | null }
  >(
    `SELECT sum(log_entries) AS count,
            min(first_sequence) >= (SELECT min(sequence) FROM events) AS isWhole
     FROM scopes JOIN keys ON keys.id = scopes.key
     WHERE root = (SELECT id FROM keys WHERE tenant = :tenant AND name = :root)
       AND (keys.name = :path OR (keys.name >= :prefix AND keys.name < :end))`,
  );
  return (tenant, path) => {
    const counted = count.get({ tenant, path, ...subtreeOf(path) });
    return counted?.isWhole === 1 ? (counted.count ?? 0) : undefined;
  };
}

import { parseScope } from "../envelope/scope.js";
import type { ReadDatabase } from "./database.js";
import { PLACES } from "./documents.js";
import { keyFinder } from "./keys.js";
import type { States } from "./states.js";

/** Events that are removed at once, so that new ones need not wait long. */
const AT_ONCE = 5000;

/** Removes from a read model what retention has removed from the log. Runs within a transaction. */
export class Trimming {
  readonly #states: States;
  readonly #statements;

  constructor(db: ReadDatabase, states: States) {
    this.#states = states;
    this.#statements = {
      through: db.prepare<[number, number], { last: number | null }>(
        `SELECT max(sequence) AS last
         FROM (SELECT sequence FROM events WHERE sequence < ? ORDER BY sequence LIMIT ?)`,
      ),
      scopes: db.prepare<[number], { key: number; tenant: string; path: string }>(
        `SELECT id AS key, tenant, name AS path FROM keys
         WHERE id IN (SELECT DISTINCT scope FROM events WHERE sequence <= ?)`,
      ),
      findKey: keyFinder(db),
      keepState: db.prepare(
        "INSERT OR REPLACE INTO states (key, sequence, state) VALUES (?, ?, ?)",
      ),
      olderStates: db.prepare("DELETE FROM states WHERE key = ? AND sequence < ?"),
      below: db.prepare("DELETE FROM events_below WHERE key = ? AND sequence <= ?"),
      correlations: db.prepare(
        `DELETE FROM keys WHERE id IN (SELECT DISTINCT correlation FROM events WHERE sequence <= :last)
           AND NOT EXISTS (SELECT 1 FROM events WHERE correlation = keys.id AND sequence > :last)`,
      ),
      documents: db.prepare(`DELETE FROM entries WHERE rowid < (? + 1) * ${PLACES}`),
      events: db.prepare("DELETE FROM events WHERE sequence <= ?"),
      endedStates: db.prepare(
        "DELETE FROM states WHERE key IN (SELECT key FROM scopes WHERE last_sequence <= ?)",
      ),
      endedScopes: db.prepare("DELETE FROM scopes WHERE last_sequence <= ?"),
    };
  }

  /**
   * @param before the first sequence that stays
   * @returns how many events went, and of how many scopes and correlations nothing is left
   */
  run(before: number): { events: number; ended: number } {
    const statements = this.#statements;
    const last = statements.through.get(before, AT_ONCE)?.last ?? null;
    if (last === null) return { events: 0, ended: 0 };
    for (const { key, tenant, path } of statements.scopes.all(last)) {
      // From here on it is folded: the events before are gone.
      statements.keepState.run(key, last, JSON.stringify(this.#states.at({ key, path }, last)));
      statements.olderStates.run(key, last);
      for (const ancestor of parseScope(path)?.ancestors ?? []) {
        const above = statements.findKey(tenant, ancestor);
        if (above !== undefined) statements.below.run(above, last);
      }
    }
    const { changes: correlations } = statements.correlations.run({ last });
    statements.documents.run(last);
    const { changes: events } = statements.events.run(last);
    statements.endedStates.run(last);
    const { changes: scopes } = statements.endedScopes.run(last);
    return { events, ended: correlations + scopes };
  }
}

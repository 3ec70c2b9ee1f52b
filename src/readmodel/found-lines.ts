import { LRUCache } from "lru-cache";
import type { ReadDatabase } from "./database.js";
import { PLACES } from "./documents.js";
import type { LineSelect } from "./line-select.js";

/** Of a question with more lines they are not remembered one by one. */
export const MAX_FOUND = 1000;

/** For one answer lines are looked for among so many events; the next answer goes on from there. */
const MAX_EVENTS = 1_000_000;

/** Of so many questions it is remembered what has been found; the one that was asked longest ago goes first. */
const REMEMBERED = 1000;

/** The documents of the first lines that meet filters. */
export interface Found {
  /** At most {@link MAX_FOUND}, and one more to tell that there are others. */
  documents: readonly number[];
  /** There are no others. */
  isAll: boolean;
}

interface Remembered {
  documents: number[];
  /** Those before this one have been gone through. */
  before: number;
  /** The first event that there was. */
  oldest: number;
}

/**
 * Remembers what has been found. To know how many lines meet a filter, all that there is must be gone through, and
 * where only a few do, the same goes for a page of them. With this, that is done once, and then only with what has
 * been recorded since.
 */
export class FoundLines {
  readonly #db: ReadDatabase;
  readonly #remembered = new LRUCache<string, Remembered>({ max: REMEMBERED });
  readonly #bounds;

  constructor(db: ReadDatabase) {
    this.#db = db;
    this.#bounds = db.prepare<[], { oldest: number | null; newest: number | null }>(
      "SELECT (SELECT min(sequence) FROM events) AS oldest, (SELECT max(sequence) FROM events) AS newest",
    );
  }

  /** @param question names what `select` finds, also when that has been made anew with a later range */
  of(question: string, select: LineSelect): Found {
    const { oldest, newest } = this.#bounds.get() ?? {};
    const end = Math.min(select.high, ((newest ?? 0) + 1) * PLACES);
    const remembered = this.#rememberedOf(question, oldest ?? 0);
    this.#goOn(remembered, select, end);
    const { documents, before } = remembered;
    return { documents, isAll: documents.length <= MAX_FOUND && before >= end };
  }

  #rememberedOf(question: string, oldest: number): Remembered {
    let remembered = this.#remembered.get(question);
    // Otherwise some of it is gone.
    if (remembered?.oldest !== oldest) {
      remembered = { documents: [], before: 0, oldest };
      this.#remembered.set(question, remembered);
    }
    return remembered;
  }

  #goOn(remembered: Remembered, { sql, match, values, low }: LineSelect, end: number): void {
    // A range that begins in the future begins behind what is recorded until then.
    const from = Math.max(remembered.before, low + 1);
    const to = Math.max(from, Math.min(end, from + MAX_EVENTS * PLACES));
    const most = MAX_FOUND + 1 - remembered.documents.length;
    remembered.before = to;
    if (to === from || most === 0) return;
    const found = this.#db
      .prepare<unknown[], number>(`${sql} ORDER BY id LIMIT ?`)
      .pluck()
      .all(match, BigInt(from - 1), BigInt(to), ...values, most);
    remembered.documents.push(...found);
  }
}

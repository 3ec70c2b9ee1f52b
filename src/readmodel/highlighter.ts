import Database from "better-sqlite3";
import { TOKENIZER } from "./database.js";
import type { TextQuery } from "./text-query.js";

/** A piece of a text around what was found in it. */
export interface Snippet {
  /** Where it was cut, an ellipsis. */
  text: string;
  /** What was found: places in `text`, in UTF-16 code units, each from its start to behind its end. */
  matches: [start: number, end: number][];
}

const START = "\u0002";
const END = "\u0003";

/** In words. */
const SNIPPET_LENGTH = 32;

/**
 * Shows where in a text something was found. The full-text index holds no texts; so those of a page are put into one
 * in memory, which finds the same in them.
 */
export class Highlighter {
  readonly #db = new Database(":memory:");
  readonly #insert;
  readonly #clear;
  readonly #snippets;

  constructor() {
    this.#db.exec(`CREATE VIRTUAL TABLE texts USING fts5(text, tokenize = '${TOKENIZER}')`);
    this.#insert = this.#db.prepare("INSERT INTO texts (rowid, text) VALUES (?, ?)");
    this.#clear = this.#db.prepare("DELETE FROM texts");
    this.#snippets = this.#db.prepare<[string], { id: number; snippet: string }>(
      `SELECT rowid AS id, snippet(texts, 0, '${START}', '${END}', '…', ${SNIPPET_LENGTH}) AS snippet
       FROM texts WHERE texts MATCH ?`,
    );
  }

  /** A snippet of each text; undefined where nothing is found in it. */
  snippets(texts: readonly string[], { wanted }: TextQuery): (Snippet | undefined)[] {
    const found: (Snippet | undefined)[] = texts.map(() => undefined);
    this.#db.transaction(() => {
      for (const [i, text] of texts.entries()) {
        this.#insert.run(i, text.replaceAll(START, " ").replaceAll(END, " "));
      }
      for (const { id, snippet } of this.#snippets.iterate(`text : (${wanted})`)) {
        found[id] = snippetOf(snippet);
      }
      this.#clear.run();
    })();
    return found;
  }
}

function snippetOf(marked: string): Snippet {
  let text = "";
  const matches: Snippet["matches"] = [];
  for (const piece of marked.split(START)) {
    const end = piece.indexOf(END);
    if (end >= 0) matches.push([text.length, text.length + end]);
    text += piece.replace(END, "");
  }
  return { text, matches };
}

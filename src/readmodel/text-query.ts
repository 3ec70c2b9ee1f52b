/** What is wrong with a text that somebody searches for, to be set behind the parameter's name. */
export class TextQueryError extends Error {
  override readonly name = "TextQueryError";
}

/** What a text must have and must not have, each an expression of SQLite's FTS5. */
export interface TextQuery {
  wanted: string;
  /** Undefined: nothing. */
  unwanted: string | undefined;
}

/** More terms would be no search any more, and take as long. */
const MAX_TERMS = 32;

const TERM = /\s*(-?)(?:"([^"]*)"|([^\s"]+?))(\*?)(?=\s|$)/y;

/**
 * Reads what people type into a search field: words that must all be there, in any order; `"words in a row"`;
 * `begin*`; `-without`; `this OR that`. Whatever the case, and without regard to diacritics. Everything else
 * stands for itself: no character of it reaches FTS5 but within quotes.
 *
 * @throws TextQueryError
 */
export function parseTextQuery(text: string): TextQuery {
  const groups: string[][] = [];
  const unwanted: string[] = [];
  let terms = 0;
  let isAlternative = false;
  const { length } = text.trimEnd();
  for (TERM.lastIndex = 0; TERM.lastIndex < length;) {
    const { lastIndex } = TERM;
    const match = TERM.exec(text);
    if (!match) {
      const rest = text.slice(lastIndex).trim();
      throw new TextQueryError(
        `has a quote at ${JSON.stringify(rest.slice(0, 40))} that does not stand around whole words: "like this"`,
      );
    }
    const [, minus, phrase, word = "", star] = match;
    if (phrase === undefined && word === "OR" && minus === "" && star === "") {
      if (groups.length === 0 || isAlternative) {
        throw new TextQueryError("has an OR that does not stand between two words");
      }
      isAlternative = true;
      continue;
    }
    if (++terms > MAX_TERMS) throw new TextQueryError(`has more than ${MAX_TERMS} words`);
    const term = termOf(phrase ?? word, star === "*");
    if (minus === "-") {
      if (isAlternative) throw new TextQueryError("has an OR before a word that is to be absent");
      unwanted.push(term);
    } else if (isAlternative) groups.at(-1)?.push(term);
    else groups.push([term]);
    isAlternative = false;
  }
  if (isAlternative) throw new TextQueryError("ends in OR: put OR in quotes where it is a word");
  if (groups.length === 0) {
    throw new TextQueryError("must have a word that is to be there, beside those that are not");
  }
  return {
    wanted: groups.map((alternatives) => `(${alternatives.join(" OR ")})`).join(" AND "),
    unwanted: unwanted.length === 0 ? undefined : unwanted.join(" OR "),
  };
}

function termOf(text: string, isPrefix: boolean): string {
  if (!/[\p{L}\p{N}\p{Co}]/u.test(text)) {
    throw new TextQueryError(
      `has ${JSON.stringify(text.slice(0, 40))}, which has neither letters nor digits to be found by`,
    );
  }
  // An FTS5 string: a quote in it would be doubled, but there can be none.
  return `"${text.replaceAll(/["\0]/g, " ")}"${isPrefix ? " *" : ""}`;
}

/** What a pattern is called: in placeholders, in `redacted` of log entries, and in metrics. */
export const PATTERN_NAME = /^[a-z][a-z0-9-]{0,39}$/;

/** One kind of secret. */
export interface RedactionPattern {
  /** Fits {@link PATTERN_NAME}. */
  name: string;
  /**
   * Global. All of a match is replaced, but for what a group named `keep` matches at its start. Takes time
   * in proportion to the text, whatever the text: no two matches that it tries may go over the same stretch.
   */
  regex: RegExp;
  /**
   * What tells cheaply that a text holds no match: lower-case literals of which every match has one in any
   * case, or an expression that fits the JSON form of every text that holds a match.
   */
  hint: readonly string[] | RegExp;
}

/** What stands in a secret's place. */
export function placeholder(name: string): string {
  return `[redacted:${name}]`;
}

/**
 * What a value starts with when it is no secret: a placeholder of ours or of others, a mask, or one of the
 * words for no value. For the patterns that go by what stands before a secret; it is what makes redaction
 * of a redacted text change nothing.
 */
export const NO_SECRET =
  String.raw`(?!\[redacted:|[*•]{2}|x{4}|\.{3}|[[<({]{0,2}(?:redacted|masked|hidden|filtered)` +
  String.raw`|(?:null|nil|none|true|false|undefined)(?![^\s"'\\,;&}\])]))`;

/**
 * The text with what the pattern finds replaced.
 *
 * @param onRedacted called once for each replacement
 */
export function redactText(
  text: string,
  { name, regex }: RedactionPattern,
  onRedacted: (name: string) => void,
): string {
  return text.replace(regex, (match: string, ...more: unknown[]) => {
    // An operator's expression may match nothing at all between two characters.
    if (match === "") return "";
    onRedacted(name);
    const groups = more.at(-1);
    const keep =
      typeof groups === "object" ? (groups as { keep?: string } | undefined)?.keep : undefined;
    return `${keep ?? ""}${placeholder(name)}`;
  });
}

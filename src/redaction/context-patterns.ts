import { NO_SECRET, type RedactionPattern } from "./pattern.js";

/** Around `=` and `:`, and never more: a row of blanks must not be gone over again and again. */
const BLANKS = "[ \\t]{0,4}";
/** JSON inside a string of JSON has its quotes behind backslashes. */
const ESCAPES = "\\\\{0,3}";
const QUOTE = `(?:${ESCAPES}["'])?`;
/** A value without quotes; what opens a bracket is none, nor is another sign of assignment. */
const BARE = `${NO_SECRET}[^\\s"'\\\\,;&{[(=>][^\\s"'\\\\,;&]*`;
/** From behind the quote that opens a value up to the same one again, or to the end of the line. */
const QUOTED =
  `(?<escapes>${ESCAPES})(?<quote>["']))${NO_SECRET}(?!\\k<escapes>\\k<quote>)` +
  "[^\\r\\n]+?(?=(?<!\\\\)\\k<escapes>\\k<quote>|[\\r\\n]|$)";

/** `key=value`, `key: value`, `"key": "value"` and the like, for keys that name nothing but a secret. */
function assignment(name: string, keys: string, hint: readonly string[]): RedactionPattern[] {
  const start = `(?<keep>(?:${keys})${QUOTE}${BLANKS}(?:=>|:=|[:=])${BLANKS}`;
  return [
    { name, regex: new RegExp(`${start}${QUOTED}`, "gi"), hint },
    { name, regex: new RegExp(`${start})${BARE}`, "gi"), hint },
  ];
}

/**
 * The same for a key that is also an ordinary word. In prose a colon and a blank follow it ("unexpected
 * token: name"), so what stands there must look like a secret, and a key of JSON is one only in its quotes.
 */
function ordinaryAssignment(name: string, key: string): RedactionPattern[] {
  const start = `(?<keep>(?<![A-Za-z0-9_-])${key}`;
  const hint = [key];
  return [
    {
      name,
      regex: new RegExp(`${start}(?:${ESCAPES}["']${BLANKS}[:=]${BLANKS}|=)${QUOTED}`, "gi"),
      hint,
    },
    { name, regex: new RegExp(`${start}=)${BARE}`, "gi"), hint },
    {
      name,
      regex: new RegExp(`${start}${QUOTE}:${BLANKS})(?=[^\\s]{0,64}\\d)(?=[^\\s]{8})${BARE}`, "gi"),
      hint,
    },
  ];
}

/** Part of a longer key: `access_token`, `clientSecret`. */
const COMPOUND = "(?<=[A-Za-z0-9][_-]?)";

/**
 * Secrets that show only by what stands before them. Each match begins with a key and ends where its value
 * does, so that the next one is looked for behind it.
 */
export const CONTEXT_PATTERNS: readonly RedactionPattern[] = [
  {
    name: "authorization",
    // Without one of the schemes that are known, only what is long: it may be "required".
    regex: new RegExp(
      `(?<keep>authorization${QUOTE}${BLANKS}[:=]${BLANKS}${QUOTE}` +
        `(?:(?:basic|bearer|digest|negotiate|token|apikey|key)[ \\t]{1,4}|(?=[^\\s]{16})))` +
        `${NO_SECRET}[^\\s"'\\\\,;]{6,}`,
      "gi",
    ),
    hint: ["authorization"],
  },
  {
    name: "bearer-token",
    // The word is also said about them: a token has a digit, and is long.
    regex: new RegExp(
      `(?<keep>\\bbearer[ \\t]{1,4})${NO_SECRET}(?=[^\\s]{0,128}\\d)[A-Za-z0-9._~+/=-]{16,}`,
      "gi",
    ),
    hint: ["bearer"],
  },
  {
    name: "url-password",
    // A slash ends both parts and begins every URL, so no two attempts overlap. What has been taken out
    // before has a colon too, which does not end the user's name.
    regex: new RegExp(
      `(?<keep>://(?:[^\\s:@/?#"'<>[\\\\]|\\[redacted:[^\\s\\]]{1,64}\\]){0,256}:)${NO_SECRET}[^\\s/?#"'<>\\\\]+(?=@)`,
      "g",
    ),
    hint: /:\/\/[^/"]*@/,
  },
  ...assignment(
    "password",
    // `PWD=/workspace` is where a shell stands.
    `password|passwd|passphrase|pwd(?!${QUOTE}${BLANKS}[:=]${BLANKS}${QUOTE}(?:[/~.]|[a-z]:))`,
    ["password", "passwd", "passphrase", "pwd"],
  ),
  ...assignment(
    "secret",
    `${COMPOUND}secret|secret[_-]?(?:access[_-]?)?key|private[_-]?key|signing[_-]?key`,
    [
      "secret",
      "private_key",
      "private-key",
      "privatekey",
      "signing_key",
      "signing-key",
      "signingkey",
    ],
  ),
  ...ordinaryAssignment("secret", "secret"),
  ...assignment("token", `${COMPOUND}token`, ["token"]),
  ...ordinaryAssignment("token", "token"),
  ...assignment("api-key", "api[_-]?key|access[_-]?key", [
    ...["api_key", "api-key", "apikey", "access_key", "access-key", "accesskey"],
  ]),
];

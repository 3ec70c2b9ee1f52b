import type { RedactionPattern } from "./pattern.js";

/** A character of base64url, of which most tokens are made. */
const WORD = "[A-Za-z0-9_-]";

/**
 * Tokens and keys that show by their form what they are. None can take long: each begins with a literal,
 * and what follows is either bounded or cannot begin again inside itself.
 */
export const TOKEN_PATTERNS: readonly RedactionPattern[] = [
  {
    name: "private-key",
    // One that is cut off before its end goes to the end of the text.
    regex:
      /-----BEGIN [A-Z0-9 ]{0,32}?PRIVATE KEY(?: BLOCK)?-----[\s\S]*?(?:-----END [A-Z0-9 ]{0,32}?PRIVATE KEY(?: BLOCK)?-----|$)/g,
    hint: ["-----begin"],
  },
  {
    name: "github-token",
    regex: /gh[oprsu]_[A-Za-z0-9_]{36,}|github_pat_[A-Za-z0-9_]{22,}/g,
    hint: ["gho_", "ghp_", "ghr_", "ghs_", "ghu_", "github_pat_"],
  },
  {
    name: "gitlab-token",
    regex: /gl(?:pat|dt|rtr?|cbt|ptt|ft|soat|agent|imt|oas|ffct)-[A-Za-z0-9_.=-]{20,}/g,
    hint: [
      ...["glpat-", "gldt-", "glrt-", "glrtr-", "glcbt-", "glptt-", "glft-", "glsoat-"],
      ...["glagent-", "glimt-", "gloas-", "glffct-"],
    ],
  },
  {
    name: "slack-token",
    regex: /xox[a-z]-[A-Za-z0-9-]{10,}|xapp-\d-[A-Za-z0-9-]{10,}/g,
    hint: ["xox", "xapp-"],
  },
  {
    name: "slack-webhook",
    regex: /(?<keep>hooks\.slack\.com\/(?:services|workflows|triggers)\/)[A-Za-z0-9_/+-]{16,}/g,
    hint: ["hooks.slack.com/"],
  },
  {
    name: "aws-access-key",
    // By itself: in base64 there is such a thing now and then.
    regex: /(?<![A-Za-z0-9/+=_-])(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}(?![A-Za-z0-9/+=_-])/g,
    hint: ["akia", "asia", "abia", "acca"],
  },
  {
    name: "google-api-key",
    regex: new RegExp(
      `(?<!${WORD})(?:AIza${WORD}{35}(?!${WORD})|GOCSPX-${WORD}{20,}|ya29\\.${WORD}{20,})`,
      "g",
    ),
    hint: ["aiza", "gocspx-", "ya29."],
  },
  {
    name: "stripe-key",
    regex: /(?<![A-Za-z0-9])(?:[rs]k_(?:live|test)_[A-Za-z0-9]{10,}|whsec_[A-Za-z0-9+/=]{20,})/g,
    hint: ["k_live_", "k_test_", "whsec_"],
  },
  {
    name: "npm-token",
    regex: /(?<![A-Za-z0-9_])npm_[A-Za-z0-9]{36}(?![A-Za-z0-9_])/g,
    hint: ["npm_"],
  },
  {
    name: "jwt",
    // Looking behind keeps a long word from being tried at each of its places.
    regex: new RegExp(`(?<!${WORD})eyJ${WORD}{8,}\\.eyJ${WORD}{8,}\\.${WORD}{8,}`, "g"),
    hint: ["eyj"],
  },
];

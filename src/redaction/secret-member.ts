/** Names of members whose text is a secret, and what the secret is called. */
const SECRET_MEMBERS: readonly (readonly [name: string, key: RegExp])[] = [
  ["password", /(?:password|passwd|passphrase)$/i],
  ["secret", /(?:secret|secret[_-]?key|private[_-]?key|signing[_-]?key)$/i],
  ["token", /(?:^|access|refresh|auth|bearer|id|session|api|ci|job|deploy|csrf)[_-]?token$/i],
  ["api-key", /(?:api|access)[_-]?key$/i],
  ["authorization", /^(?:proxy-)?authorization$/i],
];

const MASKED = /^(?:\[redacted:|[*•]{2}|x{4}|\.{3}|$)/i;

/** What the text of a member is called that is a secret by the member's name; undefined where it is none. */
export function secretIn(key: string, text: string): string | undefined {
  if (MASKED.test(text)) return undefined;
  return SECRET_MEMBERS.find(([, names]) => names.test(key))?.[0];
}

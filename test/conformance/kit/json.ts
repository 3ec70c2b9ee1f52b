import { createHash } from "node:crypto";

/**
 * Canonical JSON (RFC 8785) of what `JSON.parse` yields, written for this kit alone: a verifier must not
 * take the word of the code that it verifies.
 */
export function canonicalText(value: unknown): string {
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonicalText).join(",")}]`;
  const object = value as Record<string, unknown>;
  // Without a comparison, sort is by UTF-16 code units: what section 3.2.3 asks for.
  const members = Object.keys(object).sort();
  return `{${members.map((key) => `${JSON.stringify(key)}:${canonicalText(object[key])}`).join(",")}}`;
}

/** `sha256:` and lowercase hex of SHA-256 over the canonical form. */
export function canonicalHash(value: unknown): string {
  return `sha256:${createHash("sha256").update(canonicalText(value)).digest("hex")}`;
}

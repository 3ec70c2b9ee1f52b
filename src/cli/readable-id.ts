import { randomBytes } from "node:crypto";

const ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789";

/** A few characters that are easily told apart and typed. */
function randomSuffix(length: number): string {
  return Array.from(randomBytes(length), (byte) => ALPHABET[byte % ALPHABET.length]).join("");
}

/** Words fit for an id: `npm test` → `npm-test`. Never empty. */
export function slug(text: string): string {
  const words = text.toLowerCase().replaceAll(/[^a-z0-9_]+/g, "-");
  return words.replaceAll(/^-+|-+$/g, "").slice(0, 40) || "job";
}

/** An id that says what and when, and is nobody else's: `npm-test-0301-093000-k3f9`. */
export function uniqueId(what: string, now: Date): string {
  const two = (n: number) => String(n).padStart(2, "0");
  const day = `${two(now.getMonth() + 1)}${two(now.getDate())}`;
  const time = `${two(now.getHours())}${two(now.getMinutes())}${two(now.getSeconds())}`;
  return `${slug(what)}-${day}-${time}-${randomSuffix(4)}`;
}

/** An id that says what, unique enough within one run: `npm-test-k3f9`. */
export function idWithinRun(what: string): string {
  return `${slug(what)}-${randomSuffix(4)}`;
}

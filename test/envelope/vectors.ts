import { fileURLToPath } from "node:url";

/** Path of a file in test/vectors/jcs. */
export function vectors(path: string): string {
  return fileURLToPath(new URL(`../vectors/jcs/${path}`, import.meta.url));
}

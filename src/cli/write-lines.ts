import { once } from "node:events";
import type { Writable } from "node:stream";

/** Writes lines, no faster than they are taken. */
export async function writeLines(to: Writable, lines: readonly string[]): Promise<void> {
  if (lines.length > 0 && !to.write(`${lines.join("\n")}\n`)) await once(to, "drain");
}

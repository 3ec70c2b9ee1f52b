import { formatBundleLine } from "../audit/bundle-line.js";
import { readBundleLine } from "../audit/read-line.js";
import type { LeafLine } from "../audit/bundle-line.js";

/**
 * A line of a bundle without its event, where that is to be left out; others as they are. The leaf and the
 * proof stay. Sequences that were found are taken from the set.
 */
export function redactLine(line: Uint8Array, sequences: Set<number>): Uint8Array {
  const read = readBundleLine(line);
  if (read.kind !== "place" || read.place.kind !== "event") return line;
  if (!sequences.delete(read.place.sequence)) return line;
  const { leaf, proof } = JSON.parse(new TextDecoder().decode(line)) as Pick<
    LeafLine & { kind: "redacted" },
    "leaf" | "proof"
  >;
  return new TextEncoder().encode(
    formatBundleLine({ kind: "redacted", leaf, ...(proof && { proof }) }),
  );
}

import { base64 } from "@scure/base";
import { HASH_BYTES } from "./merkle-tree.js";
import { MalformedNoteError } from "./note.js";

/** What a log was at a size: the text of a note (C2SP tlog-checkpoint). */
export interface Checkpoint {
  /** The name of the log. */
  origin: string;
  /** How many leaves it had. */
  size: number;
  /** The root of the tree of these leaves. */
  root: Uint8Array;
  /** Further lines; none is empty. */
  extensions: readonly string[];
}

/** The text to sign. */
export function formatCheckpoint({ origin, size, root, extensions }: Checkpoint): string {
  return `${[origin, size, base64.encode(root), ...extensions].join("\n")}\n`;
}

/**
 * Reads the text of a note.
 *
 * @throws MalformedNoteError
 */
export function parseCheckpoint(text: string): Checkpoint {
  const [origin = "", decimal = "", encoded = "", ...extensions] = text.split("\n");
  const end = extensions.pop();
  if (end !== "" || origin === "" || extensions.includes("")) {
    throw new MalformedNoteError("a checkpoint has lines for origin, size and root");
  }
  const size = Number(decimal);
  if (!/^(0|[1-9]\d*)$/.test(decimal) || !Number.isSafeInteger(size)) {
    throw new MalformedNoteError(`${JSON.stringify(decimal)} is not the size of a checkpoint`);
  }
  const root = decodeHash(encoded);
  if (root === undefined) {
    throw new MalformedNoteError(`${JSON.stringify(encoded)} is not the root of a checkpoint`);
  }
  return { origin, size, root, extensions };
}

/** The 32 bytes that a hash in base64 stands for, or undefined. */
export function decodeHash(encoded: string): Uint8Array | undefined {
  try {
    const bytes = base64.decode(encoded);
    return bytes.length === HASH_BYTES ? bytes : undefined;
  } catch {
    return undefined;
  }
}

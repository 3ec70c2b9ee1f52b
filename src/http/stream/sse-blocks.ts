import type { LogRecord } from "../../log/record.js";
import { formatCursor } from "../../wire/cursor.js";
import { sseEventHead, SSE_BLOCK_END } from "../../wire/sse.js";
import { framed } from "../framed.js";

/** Blocks that were made for the same events, with and without event names. */
interface Made {
  named?: Buffer;
  unnamed?: Buffer;
}

/**
 * The hub hands one and the same array to all followers that stand at the same place. Its blocks are made
 * for the first of them and kept while the array is.
 */
const made = new WeakMap<readonly LogRecord[], Made>();

/** The event blocks of some events, ready to be sent. */
export function sseBlocks(
  records: readonly LogRecord[],
  epoch: string,
  asMessage: boolean,
): Uint8Array {
  const known = made.get(records) ?? {};
  made.set(records, known);
  const form = asMessage ? "unnamed" : "named";
  return (known[form] ??= framed(
    records,
    ({ sequence, type }) =>
      sseEventHead(formatCursor(sequence, epoch), asMessage ? undefined : type),
    SSE_BLOCK_END,
  ));
}

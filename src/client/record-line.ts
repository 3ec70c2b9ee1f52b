import { ProtocolError } from "./errors.js";

/** One stored event as an export holds it. */
export interface ExportedRecord {
  sequence: number;
  cursor: string;
  /** The broker's clock: RFC 3339, UTC, milliseconds. */
  recordedAt: string;
  /** The stored envelope, byte for byte. */
  bytes: Uint8Array;
}

const EVENT = ',"event":';
/** Sequence, cursor and time are short: the envelope starts within this many bytes. */
const HEAD_BYTES = 256;
const CLOSING_BRACE = 0x7d;

const latin1 = new TextDecoder("latin1");

/**
 * Reads one line of an export, `{"sequence":…,"cursor":…,"recordedAt":…,"event":<envelope>}`, without
 * touching the envelope: parsing and writing it again would hide bytes that are not canonical.
 *
 * @throws ProtocolError
 */
export function parseRecordLine(line: Uint8Array): ExportedRecord {
  const head = latin1.decode(line.subarray(0, HEAD_BYTES));
  const at = head.indexOf(EVENT);
  if (at < 0 || line.at(-1) !== CLOSING_BRACE) throw malformed();
  let place: Partial<Record<"sequence" | "cursor" | "recordedAt", unknown>>;
  try {
    place = JSON.parse(`${head.slice(0, at)}}`) as typeof place;
  } catch (cause) {
    throw malformed(cause);
  }
  const { sequence, cursor, recordedAt } = place;
  if (
    typeof sequence !== "number" ||
    !Number.isSafeInteger(sequence) ||
    typeof cursor !== "string" ||
    typeof recordedAt !== "string"
  ) {
    throw malformed();
  }
  return { sequence, cursor, recordedAt, bytes: line.subarray(at + EVENT.length, -1) };
}

function malformed(cause?: unknown): ProtocolError {
  return new ProtocolError("a line of the export is no record of an event", { cause });
}

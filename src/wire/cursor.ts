/**
 * A position in the log, valid for every scope, filter and transport: "I have everything up to and
 * including this". Written `<sequence>.<epoch>`, e.g. `1042.k3f9q2`.
 */
export interface Cursor {
  /** JetStream stream sequence; 0 is before the first event. */
  sequence: number;
  /** The stream's incarnation; undefined where only a number was given. */
  epoch: string | undefined;
}

export type CursorText = `${number}.${string}`;

const PATTERN = /^(0|[1-9][0-9]{0,15})(?:\.([a-z0-9]{1,16}))?$/;

export function formatCursor(sequence: number, epoch: string): CursorText {
  return `${sequence}.${epoch}`;
}

/** The cursor that `text` is, a bare sequence number too; undefined if it is none. */
export function parseCursor(text: string): Cursor | undefined {
  const match = PATTERN.exec(text);
  if (!match) return undefined;
  const sequence = Number(match[1]);
  return Number.isSafeInteger(sequence) ? { sequence, epoch: match[2] } : undefined;
}

import type { ControlFrame } from "./frame.js";

/**
 * Server-sent events (WHATWG HTML, section 9.2), the server's half. Envelopes are canonical JSON and so
 * hold no line break: one `data:` line carries any of them.
 */
const utf8 = new TextEncoder();
const DATA = utf8.encode("\ndata: ");
const END = utf8.encode("\n\n");

/** An event block: its cursor as the id, its type as the event name, the envelope's bytes as they are stored. */
export function sseEvent(
  cursor: string,
  type: string | undefined,
  envelope: Uint8Array,
): Uint8Array {
  const head = utf8.encode(type === undefined ? `id: ${cursor}` : `id: ${cursor}\nevent: ${type}`);
  const block = new Uint8Array(head.length + DATA.length + envelope.length + END.length);
  block.set(head);
  block.set(DATA, head.length);
  block.set(envelope, head.length + DATA.length);
  block.set(END, block.length - END.length);
  return block;
}

/** A control block, `event: stream.<kind>`; its cursor, where it has one, becomes the reader's position. */
export function sseControl({ kind, ...rest }: ControlFrame): string {
  const data = `event: stream.${kind}\ndata: ${JSON.stringify(rest)}\n\n`;
  return "cursor" in rest ? `id: ${rest.cursor}\n${data}` : data;
}

export function sseHeartbeat(now: Date): string {
  return `: hb ${now.toISOString()}\n\n`;
}

export function sseRetry(delayMs: number): string {
  return `retry: ${delayMs}\n\n`;
}

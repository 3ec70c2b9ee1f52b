import type { ControlFrame } from "./frame.js";

/**
 * Server-sent events (WHATWG HTML, section 9.2), the server's half. Envelopes are canonical JSON and so
 * hold no line break: one `data:` line carries any of them.
 */

/** What ends a block. */
export const SSE_BLOCK_END = "\n\n";

/**
 * An event block up to its data: the cursor as the id, the type as the event name, or none. All of it is
 * ASCII. Behind it go the envelope's bytes as they are stored, and {@link SSE_BLOCK_END}.
 */
export function sseEventHead(cursor: string, type: string | undefined): string {
  return type === undefined ? `id: ${cursor}\ndata: ` : `id: ${cursor}\nevent: ${type}\ndata: `;
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

import assert from "node:assert/strict";
import { createParser } from "eventsource-parser";
import type { Envelope } from "./requests.js";

/** What server-sent events bring, piece by piece. */
export type Piece = Block | { kind: "comment"; text: string } | { kind: "retry"; ms: number };

export interface Block {
  kind: "block";
  id: string | undefined;
  event: string | undefined;
  data: string;
}

export interface EventStream {
  status: number;
  headers: Headers;
  /** Until the server closes. */
  pieces: AsyncGenerator<Piece, void>;
}

/** Opens a stream, gives it to `read`, and leaves it when that is done. */
export async function withStream<Result>(
  url: string,
  read: (stream: EventStream) => Promise<Result>,
  headers: Record<string, string> = {},
): Promise<Result> {
  const leave = new AbortController();
  const response = await fetch(url, { headers, signal: leave.signal });
  try {
    return await read({
      status: response.status,
      headers: response.headers,
      pieces: piecesOf(response),
    });
  } finally {
    leave.abort();
  }
}

/** All blocks of a stream that the server closes. */
export function readWhole(url: string, headers: Record<string, string> = {}): Promise<Block[]> {
  return withStream(url, (stream) => readToEnd(stream), headers);
}

/** The blocks of a stream up to the one that says that history is done. */
export function readHistory(url: string, headers: Record<string, string> = {}): Promise<Block[]> {
  return withStream(url, (stream) => readUntil(stream, isControl("caught-up")), headers);
}

/** The status with which a stream is answered, which is then left. */
export function statusOf(url: string, headers: Record<string, string> = {}): Promise<number> {
  return withStream(url, ({ status }) => Promise.resolve(status), headers);
}

/** The blocks up to and including the first that fits. */
export async function readUntil(
  { status, pieces }: EventStream,
  fits: (block: Block) => boolean,
): Promise<Block[]> {
  assert.equal(status, 200);
  const blocks: Block[] = [];
  // Not `for await`, which would close the stream behind the block that fits.
  for (;;) {
    const { done, value } = await pieces.next();
    if (done) assert.fail(`the stream ended behind ${JSON.stringify(blocks.at(-1))}`);
    if (value.kind !== "block") continue;
    blocks.push(value);
    if (fits(value)) return blocks;
  }
}

/** The blocks up to and including the one that makes it `count` events. */
export function readEvents(stream: EventStream, count: number): Promise<Block[]> {
  let seen = 0;
  return readUntil(stream, (block) => isEvent(block) && ++seen === count);
}

async function readToEnd({ status, pieces }: EventStream): Promise<Block[]> {
  assert.equal(status, 200);
  const blocks: Block[] = [];
  for await (const piece of pieces) if (piece.kind === "block") blocks.push(piece);
  return blocks;
}

async function* piecesOf(response: Response): AsyncGenerator<Piece, void> {
  let arrived: Piece[] = [];
  const parser = createParser({
    onEvent: ({ id, event, data }) => arrived.push({ kind: "block", id, event, data }),
    onComment: (text) => arrived.push({ kind: "comment", text }),
    onRetry: (ms) => arrived.push({ kind: "retry", ms }),
  });
  const decoder = new TextDecoder("utf-8", { fatal: true });
  for await (const bytes of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    parser.feed(decoder.decode(bytes, { stream: true }));
    const pieces = arrived;
    arrived = [];
    yield* pieces;
  }
}

export const isControl =
  (kind: string) =>
  ({ event }: Block): boolean =>
    event === `stream.${kind}`;

function isEvent({ event }: Block): boolean {
  return event?.startsWith("stream.") !== true;
}

/** The blocks that are events. */
export function eventsAmong(blocks: readonly Block[]): Block[] {
  return blocks.filter(isEvent);
}

export function envelopeOf({ data }: Block): Envelope {
  return JSON.parse(data) as Envelope;
}

/** The cursors of the events. */
export function cursorsOf(blocks: readonly Block[]): string[] {
  return eventsAmong(blocks).map(({ id }) => id ?? "");
}

/** What the first control frame of a kind says. */
export function frameOf(blocks: readonly Block[], kind: string): Record<string, unknown> {
  const block = blocks.find(isControl(kind));
  assert.ok(block, `no stream.${kind} among ${JSON.stringify(blocks.map(({ event }) => event))}`);
  return JSON.parse(block.data) as Record<string, unknown>;
}

import { once } from "node:events";
import { get, type IncomingHttpHeaders, type IncomingMessage } from "node:http";
import { createParser } from "eventsource-parser";

/** One thing that an event stream brings. */
export type Arrival =
  | { kind: "block"; id: string | undefined; event: string | undefined; data: string }
  | { kind: "comment"; text: string }
  | { kind: "retry"; ms: number };

export type Block = Extract<Arrival, { kind: "block" }>;

export interface SseReader {
  status: number;
  headers: IncomingHttpHeaders;
  /** What arrives, until the server closes. */
  arrivals: AsyncGenerator<Arrival, void>;
  /** The same, events and control frames only. */
  blocks: AsyncGenerator<Block, void>;
  response: IncomingMessage;
  leave(): void;
}

/** Opens an event stream over a connection of its own. */
export async function openStream(
  url: string,
  headers: Record<string, string> = {},
): Promise<SseReader> {
  const request = get(url, { agent: false, headers });
  const [response] = (await once(request, "response")) as [IncomingMessage];
  request.on("error", () => undefined);
  const source = arrivalsOf(response);
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    arrivals: source,
    blocks: blocksAmong(source),
    response,
    leave: () => request.destroy(),
  };
}

async function* arrivalsOf(response: IncomingMessage): AsyncGenerator<Arrival, void> {
  let queue: Arrival[] = [];
  const parser = createParser({
    onEvent: ({ id, event, data }) => queue.push({ kind: "block", id, event, data }),
    onComment: (text) => queue.push({ kind: "comment", text }),
    onRetry: (ms) => queue.push({ kind: "retry", ms }),
  });
  const decoder = new TextDecoder();
  for await (const piece of response) {
    parser.feed(decoder.decode(piece as Buffer, { stream: true }));
    const arrived = queue;
    queue = [];
    yield* arrived;
  }
}

async function* blocksAmong(arrivals: AsyncIterable<Arrival>): AsyncGenerator<Block, void> {
  for await (const arrival of arrivals) if (arrival.kind === "block") yield arrival;
}

/** Whatever comes up to and including the first that fits; all of it when the stream ends before. */
export async function readUntil<T>(
  source: AsyncGenerator<T, void>,
  fits: (arrival: T) => boolean,
): Promise<T[]> {
  const found: T[] = [];
  for (;;) {
    const { done, value } = await source.next();
    if (done) return found;
    found.push(value);
    if (fits(value)) return found;
  }
}

/** All of what comes until the server closes. */
export function readAll<T>(source: AsyncGenerator<T, void>): Promise<T[]> {
  return readUntil(source, () => false);
}

export const isControl =
  (name: string) =>
  ({ event }: Block): boolean =>
    event === `stream.${name}`;

/** The blocks that are events, not control frames. */
export function eventsOf(blocks: readonly Block[]): Block[] {
  return blocks.filter(({ event }) => event?.startsWith("stream.") !== true);
}

/** The index in its scope of each event. */
export function indicesOf(blocks: readonly Block[]): number[] {
  return eventsOf(blocks).map(({ data }) => (JSON.parse(data) as { index: number }).index);
}

export function frameOf(blocks: readonly Block[], name: string): Record<string, unknown> {
  const block = blocks.find(isControl(name));
  if (!block) throw new Error(`no stream.${name} among ${JSON.stringify(blocks)}`);
  return JSON.parse(block.data) as Record<string, unknown>;
}

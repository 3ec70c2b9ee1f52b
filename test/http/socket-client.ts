import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { WebSocket, type ClientOptions } from "ws";
import type { Problem } from "../../src/wire/problem.js";
import { SUBPROTOCOL } from "../../src/wire/socket.js";

/** A message of the server, as it came and what it says. */
export interface Message {
  text: string;
  op: string;
  sub?: string;
  events?: { cursor: string; event: { index: number; scope: string } }[];
  problem?: Problem;
  [member: string]: unknown;
}

export interface SocketClient {
  ws: WebSocket;
  /** What the server says, until the socket closes. */
  messages: AsyncGenerator<Message, void>;
  /** With which code and reason it was closed. */
  closed: Promise<{ code: number; reason: string }>;
  /** Sends a value as JSON, or text as it is. */
  say: (message: object | string) => void;
}

/** Opens a WebSocket that speaks our subprotocol. */
export async function openSocket(url: string, options: ClientOptions = {}): Promise<SocketClient> {
  const ws = new WebSocket(`${url.replace(/^http/, "ws")}/v1/ws`, SUBPROTOCOL, options);
  const queue: Message[] = [];
  let wake: (() => void) | undefined;
  ws.on("message", (data: Buffer) => {
    const text = data.toString();
    queue.push({ ...(JSON.parse(text) as Message), text });
    wake?.();
  });
  ws.on("error", () => undefined);
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    ws.on("close", (code, reason) => {
      wake?.();
      resolve({ code, reason: reason.toString() });
    });
  });
  await once(ws, "open");
  return {
    ws,
    messages: (async function* () {
      for (;;) {
        const next = queue.shift();
        if (next) yield next;
        else if (ws.readyState === ws.CLOSED) return;
        else await new Promise<void>((resolve) => (wake = resolve));
      }
    })(),
    closed,
    say: (message) => {
      ws.send(typeof message === "string" ? message : JSON.stringify(message));
    },
  };
}

/** How a handshake is refused. */
export async function refusedHandshake(
  url: string,
  protocols: string[],
  options: ClientOptions = {},
): Promise<{ status: number; headers: IncomingMessage["headers"]; body: Problem }> {
  const ws = new WebSocket(url.replace(/^http/, "ws"), protocols, options);
  ws.on("error", () => undefined);
  const [, response] = (await once(ws, "unexpected-response")) as [unknown, IncomingMessage];
  let text = "";
  for await (const piece of response) text += String(piece);
  ws.terminate();
  const { statusCode = 0, headers } = response;
  return { status: statusCode, headers, body: JSON.parse(text) as Problem };
}

/** Whether a message is of this kind, and of this subscription where one is named. */
export const isTold =
  (op: string, sub?: string) =>
  (message: Message): boolean =>
    message.op === op && (sub === undefined || message.sub === sub);

/** Whether it is the n-th message that fits. */
export function times(n: number, fits: (message: Message) => boolean) {
  let left = n;
  return (message: Message): boolean => fits(message) && --left === 0;
}

/** The events of the messages, in order; of one subscription where it is named. */
export function eventsIn(messages: readonly Message[], sub?: string) {
  return messages
    .filter((message) => sub === undefined || message.sub === sub)
    .flatMap(({ events = [] }) => events);
}

export function indicesIn(messages: readonly Message[], sub?: string): number[] {
  return eventsIn(messages, sub).map(({ event }) => event.index);
}

/** The stored bytes of each event as they stand in the messages, as text. */
export function envelopesIn(messages: readonly Message[]): string[] {
  return messages.filter(isTold("events")).flatMap(({ text }) => {
    const list = text.slice(text.indexOf('"events":[') + '"events":['.length, -"]}".length);
    return list.split(/(?:^|,)\{"cursor":"[^"]+","event":/).flatMap((piece, i) => {
      return i === 0 ? [] : piece.slice(0, -"}".length);
    });
  });
}

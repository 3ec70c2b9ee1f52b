import assert from "node:assert/strict";
import { once } from "node:events";
import { WebSocket, type RawData } from "ws";
import type { Envelope } from "./requests.js";

export const SUBPROTOCOL = "runtrail.v1";

/** What the server says over a WebSocket. */
export interface Message {
  op: string;
  sub?: string;
  events?: { cursor: string; event: Envelope }[];
  [member: string]: unknown;
}

export interface Socket {
  say: (message: object) => void;
  /** Sends text or bytes as they are. */
  sayRaw: (data: string | Uint8Array) => void;
  /** The next message. */
  next: () => Promise<Message>;
  /** The messages up to and including the first that fits. */
  until: (fits: (message: Message) => boolean) => Promise<Message[]>;
  /** The code with which the server closes. */
  closed: Promise<number>;
  socket: WebSocket;
}

/** Opens a socket, gives it to `talk`, and leaves it when that is done. */
export async function withSocket<Result>(
  base: string,
  talk: (socket: Socket) => Promise<Result>,
): Promise<Result> {
  const socket = new WebSocket(`${base.replace(/^http/, "ws")}/v1/ws`, SUBPROTOCOL);
  const arrived: Message[] = [];
  let wake: (() => void) | undefined;
  let closeCode: number | undefined;
  const closed = new Promise<number>((resolve) => {
    socket.on("close", (code) => {
      closeCode = code;
      resolve(code);
      wake?.();
    });
  });
  socket.on("message", (data: RawData, isBinary) => {
    assert.equal(isBinary, false, "a message is not text");
    arrived.push(JSON.parse((data as Buffer).toString()) as Message);
    wake?.();
  });
  await once(socket, "open");
  const next = async () => {
    for (;;) {
      const message = arrived.shift();
      if (message) return message;
      if (closeCode !== undefined) assert.fail(`the socket was closed with ${closeCode}`);
      await new Promise<void>((resolve) => (wake = resolve));
    }
  };
  try {
    return await talk({
      say: (message) => {
        socket.send(JSON.stringify(message));
      },
      sayRaw: (data) => {
        socket.send(data);
      },
      next,
      until: async (fits) => {
        const messages: Message[] = [];
        for (;;) {
          const message = await next();
          messages.push(message);
          if (fits(message)) return messages;
        }
      },
      closed,
      socket,
    });
  } finally {
    socket.terminate();
  }
}

export const says =
  (op: string, sub?: string) =>
  (message: Message): boolean =>
    message.op === op && (sub === undefined || message.sub === sub);

/** The events that messages bring to a subscription. */
export function eventsIn(
  messages: readonly Message[],
  sub: string,
): { cursor: string; event: Envelope }[] {
  return messages.filter(says("events", sub)).flatMap(({ events = [] }) => events);
}

/** The code of the problem that an error tells of. */
export function codeOf(message: Message): string | undefined {
  return (message["problem"] as { code?: string } | undefined)?.code;
}

import { WebSocket } from "ws";
import { SUBPROTOCOL } from "../dist/wire/socket.js";
import type { Figure } from "./figure.js";
import { occurrences, replayOf } from "./replay.js";

/** The same over a WebSocket: messages are taken for JSON, but not parsed, as the other forms are not. */
async function readSocket(url: string, run: string): Promise<number> {
  const socket = new WebSocket(`${url.replace("http", "ws")}/v1/ws`, SUBPROTOCOL, {
    perMessageDeflate: false,
  });
  let count = 0;
  return new Promise((resolve, reject) => {
    socket.on("open", () => {
      socket.send(JSON.stringify({ op: "subscribe", sub: "a", scope: run }));
    });
    socket.on("message", (data: Buffer) => {
      // The op may stand anywhere, but never in an event that a bench makes.
      if (data.includes('"op":"events"')) count += occurrences(data, '"cursor":"');
      else if (data.includes('"op":"caught-up"')) socket.close();
      else if (data.includes('"op":"error"')) reject(new Error(data.toString()));
    });
    socket.on("error", reject);
    socket.on("close", () => {
      resolve(count);
    });
  });
}

/** A long run read whole over a WebSocket. */
export function replaySocketFigures(): Promise<Figure[]> {
  return replayOf([{ form: "WebSocket", atLeast: 0.3, read: readSocket }]);
}

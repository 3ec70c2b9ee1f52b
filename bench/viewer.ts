import { connect, type Socket } from "node:net";
import { nowMs } from "./stamp.js";

/** Longer than any event block here. */
const CARRY_BYTES = 1024;
const READ_BYTES = 64 * 1024;

/** What all sockets are read into, one after the other, behind what is left from the read before. */
const scratch = Buffer.allocUnsafe(CARRY_BYTES + READ_BYTES);
const fresh = scratch.subarray(CARRY_BYTES);

/**
 * Takes in what has arrived: `bytes` from `from` on is new; before it is what came last, unless that
 * ended with a block.
 */
export type Read = (bytes: Buffer, from: number, viewer: Viewer) => void;

/**
 * A socket on which a stream is read with as little work as can be. There may be ten thousand of them in a
 * process, and what they cost is taken from what is measured.
 */
export interface Viewer {
  socket: Socket;
  startedMs: number;
  read: Read;
}

export interface Target {
  path: string;
  headers?: Record<string, string>;
}

/** Ports of one address do not suffice for everyone, so that addresses are taken in turns. */
const ADDRESSES = 8;
let opened = 0;

export function openViewer(
  url: string,
  { path, headers = {} }: Target,
  read: Read,
  onEnd: (error: Error) => void,
): Viewer {
  const { hostname, port } = new URL(url);
  const carry = Buffer.allocUnsafe(CARRY_BYTES);
  let carried = 0;
  const take = (length: number) => {
    const bytes = scratch.subarray(CARRY_BYTES - carried, CARRY_BYTES + length);
    carry.copy(bytes, 0, 0, carried);
    viewer.read(bytes, carried, viewer);
    const isBlockEnd = bytes[bytes.length - 1] === 0x0a && bytes[bytes.length - 2] === 0x0a;
    carried = isBlockEnd ? 0 : Math.min(CARRY_BYTES, bytes.length);
    if (carried > 0) bytes.copy(carry, 0, bytes.length - carried);
    return true;
  };
  const socket = connect({
    host: hostname,
    port: Number(port),
    localAddress: `127.0.0.${2 + (opened++ % ADDRESSES)}`,
    noDelay: true,
    onread: { buffer: fresh, callback: take },
  });
  const lines = Object.entries({ host: hostname, ...headers }).map(
    ([name, value]) => `${name}: ${value}\r\n`,
  );
  socket.write(`GET ${path} HTTP/1.1\r\n${lines.join("")}\r\n`);
  socket.on("error", onEnd);
  socket.on("end", () => {
    onEnd(new Error(`${url}${path} has ended`));
  });
  const viewer: Viewer = { socket, startedMs: nowMs(), read };
  return viewer;
}

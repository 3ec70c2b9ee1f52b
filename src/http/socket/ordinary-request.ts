import type { IncomingMessage, Server } from "node:http";
import type { Duplex } from "node:stream";

/**
 * Serves a request that asks for another protocol in this one, as a server may (RFC 9110, section 7.8). Node
 * takes every such request out of HTTP once somebody listens for upgrades: also the one of a client that
 * would merely like to speak HTTP/2, and has a body behind it. So the request is put back in front of what
 * has arrived behind it, without its wish, and the connection begins anew.
 */
export function serveWithoutUpgrade(
  server: Server,
  { method = "GET", url = "/", httpVersion, rawHeaders }: IncomingMessage,
  socket: Duplex,
  behind: Uint8Array,
): void {
  const lines = [`${method} ${url} HTTP/${httpVersion}`];
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const [name = "", value = ""] = rawHeaders.slice(i, i + 2);
    const kept = withoutUpgrade(name.toLowerCase(), value);
    if (kept !== undefined) lines.push(`${name}: ${kept}`);
  }
  const head = Buffer.from(`${lines.join("\r\n")}\r\n\r\n`, "latin1");
  socket.unshift(Buffer.concat([head, behind]));
  server.emit("connection", socket);
}

/** What is left of a header; undefined when nothing is. */
function withoutUpgrade(name: string, value: string): string | undefined {
  if (name === "upgrade") return undefined;
  if (name !== "connection") return value;
  const options = value.split(",").filter((option) => option.trim().toLowerCase() !== "upgrade");
  return options.length > 0 ? options.join(",") : undefined;
}

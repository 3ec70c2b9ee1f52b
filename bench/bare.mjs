// The least that a server of event streams can be. Prints its URL.
// GET holds a stream open; POST sends its body to all streams, as fast as each takes it.
import { createServer } from "node:http";
import { Buffer } from "node:buffer";

const PIECE_BYTES = 64 * 1024;
const streams = new Set();

const server = createServer(async (request, response) => {
  if (request.method === "GET") {
    // Without chunks, as ours.
    response.useChunkedEncodingByDefault = false;
    response.writeHead(200, {
      "content-type": "text/event-stream",
      "cache-control": "no-cache",
      connection: "close",
    });
    response.write("data: ready\n\n");
    streams.add(response);
    response.on("close", () => streams.delete(response));
    return;
  }
  const parts = [];
  for await (const part of request) parts.push(part);
  const body = Buffer.concat(parts);
  for (const stream of streams) send(stream, body, 0);
  response.end();
});

function send(stream, body, from) {
  let at = from;
  while (at < body.length) {
    const isTaken = stream.write(body.subarray(at, at + PIECE_BYTES));
    at += PIECE_BYTES;
    if (isTaken) continue;
    stream.once("drain", () => {
      send(stream, body, at);
    });
    return;
  }
}

server.listen(0, "127.0.0.1", () => {
  console.log(`http://127.0.0.1:${server.address().port}`);
});
process.on("SIGTERM", () => process.exit(0));

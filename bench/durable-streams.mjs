// The peer: Durable Streams' server with its file storage, which syncs as well. Prints its URL.
import { DurableStreamTestServer } from "@durable-streams/server";

const server = new DurableStreamTestServer({
  port: 0,
  host: "127.0.0.1",
  dataDir: process.argv[2],
});
console.log(await server.start());
process.on("SIGTERM", () => void server.stop().finally(() => process.exit(0)));

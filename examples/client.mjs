// Appends to a run and follows it: `node examples/client.mjs [url]`, with a server running.
import { append, follow } from "runtrail/client";

const server = { url: process.argv[2] ?? "http://127.0.0.1:4280" };
const run = `runs/example-${Date.now().toString(36)}`;

await append(server, run, [
  { type: "run.started", payload: { workflowId: "greeting" } },
  { type: "greeting.said", payload: { text: "Hello" } },
  { type: "run.completed", payload: { durationMs: 12 } },
]);
for await (const frame of follow(server, run)) {
  if (frame.kind === "event") console.log(frame.cursor, frame.event.type);
  else console.log(frame.kind);
}

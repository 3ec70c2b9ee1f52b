// Records the log that the attacks are made on: starts the built server (npm run build), appends to two runs
// as a runner would, and writes what the server exports. Run by hand, once; the recording is committed, and
// the attacks are the same for everybody:
//
//     node test/audit/attacks/record.mjs > test/audit/attacks/recording.ndjson
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const MAIN = fileURLToPath(new URL("../../../dist/cli/main.js", import.meta.url));
const source = "runner/host-1";

const RUN = "runs/nightly-7";
const BUILD = `${RUN}/jobs/build`;
const OTHER = "runs/nightly-8";

/** What happens, in the order of the log. */
const STORY = [
  [RUN, { type: "run.created", payload: { workflowId: "nightly", name: "Nächtlicher Lauf 🌙" } }],
  [BUILD, { type: "job.started", payload: { jobType: "shell", attempt: 1 } }],
  [OTHER, { type: "run.created", payload: { workflowId: "nightly" } }],
  [RUN, { type: "run.progress", payload: { completedSteps: 0, totalSteps: 1, percentage: 0 } }],
  [BUILD, { type: "job.progress", payload: { percentage: 12.5, message: 'it says "hello"\n' } }],
  [OTHER, { type: "run.started", payload: { workflowId: "nightly" } }],
  [BUILD, { type: "job.completed", payload: { attempt: 1, durationMs: 4711, exitCode: 0 } }],
  [RUN, { type: "run.completed", payload: { durationMs: 5524 } }],
];

const folder = mkdtempSync(join(tmpdir(), "runtrail-record-"));
const server = spawn(process.execPath, [MAIN, "serve", "--port", "0", "--data", folder], {
  env: { ...process.env, RUNTRAIL_ORIGIN: "runtrail.example/test", RUNTRAIL_LOG_LEVEL: "warn" },
  stdio: ["ignore", "pipe", "inherit"],
});
try {
  const [line] = await once(createInterface(server.stdout), "line");
  const url = line.slice(line.indexOf("http"));
  for (const [scope, draft] of STORY) {
    const response = await fetch(`${url}/v1/${scope}/events`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ ...draft, source }),
    });
    if (response.status !== 201) throw new Error(`${draft.type}: ${await response.text()}`);
  }
  const headers = { accept: "application/x-ndjson" };
  process.stdout.write(await (await fetch(`${url}/v1/events`, { headers })).text());
} finally {
  server.kill("SIGTERM");
  await once(server, "exit");
  rmSync(folder, { recursive: true, force: true });
}

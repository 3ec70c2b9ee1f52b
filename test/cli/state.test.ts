import { afterAll, beforeAll, expect, test } from "vitest";
import type { RunSummary, StateAsOf } from "../../src/client/index.js";
import { Runtrail } from "./runtrail.js";

let runtrail: Runtrail;
let start: number;
beforeAll(async () => {
  runtrail = await Runtrail.start();
  await emit("runs/r-1", "run.created", { workflowId: "deploy", name: "To \u001b[31mproduction" });
  const started = await emit("runs/r-1", "run.started", { workflowId: "deploy" });
  start = (JSON.parse(started.stdout) as { sequence: number }).sequence;
  await emit("runs/r-1/jobs/build", "job.started", { jobType: "shell", attempt: 1 });
  const error = { code: "exit-nonzero", message: "The compiler gave up.", retryable: false };
  await emit("runs/r-1/jobs/build", "job.failed", { attempt: 1, durationMs: 4200, error });
  await emit("runs/r-1", "run.failed", { durationMs: 65_000, error });
  await emit("runs/r-2", "run.started", { workflowId: "nightly" });
});
afterAll(() => runtrail.close());

function emit(scope: string, type: string, payload: object) {
  return runtrail.run(["emit", scope, type, "--payload", JSON.stringify(payload), "--json"]);
}

test("a state is shown to people, and as JSON, now and as of then", async () => {
  const { status, stdout } = await runtrail.run(["state", "runs/r-1"]);
  expect(status).toBe(0);
  expect(stdout).toMatch(/^runs\/r-1\n/);
  expect(stdout).toMatch(/^ +status +failed, 100 %$/m);
  expect(stdout).toMatch(/^ +name +To production$/m);
  expect(stdout).toMatch(/^ +took +1 min 5 s$/m);
  expect(stdout).toMatch(/^ +events +5 \(3 of its own\)$/m);
  expect(stdout).toMatch(/^ +jobs\/build +failed +100 % +4\.2 s +The compiler gave up\.$/m);

  const then = await runtrail.run(["state", "runs/r-1", "--at", String(start), "--json"]);
  const state = JSON.parse(then.stdout) as StateAsOf;
  expect(state).toMatchObject({ status: "running", events: 2, childCount: 0 });
  expect(state.asOf).toMatch(new RegExp(`^${start}\\.`));
});

test("what is not there is said in one line", async () => {
  const nobody = await runtrail.run(["state", "runs/nobody"]);
  expect(nobody).toMatchObject({ status: 1, stdout: "" });
  expect(nobody.stderr).toBe("runtrail: There are no events of runs/nobody.\n");
  const noScope = await runtrail.run(["state", "nothing"]);
  expect(noScope.status).toBe(2);
  expect(noScope.stderr.split("\n")).toHaveLength(2);
});

test("runs are listed as a table, newest first, and as JSON", async () => {
  const { stdout } = await runtrail.run(["runs"]);
  const [head = "", ...rows] = stdout.trimEnd().split("\n");
  expect(head).toMatch(/^RUN +STATUS +DONE +CREATED +TOOK +WORKFLOW +NAME OR ERROR$/);
  expect(rows).toHaveLength(2);
  expect(rows[0]).toMatch(/^r-2 +running +\S+ \S+ +- +nightly$/);
  expect(rows[1]).toMatch(/^r-1 +failed +\S+ \S+ +1 min 5 s +deploy +The compiler gave up\.$/);

  const json = await runtrail.run(["runs", "--status", "failed", "--search", "deplo", "--json"]);
  const [run, ...others] = json.stdout.trimEnd().split("\n");
  expect(JSON.parse(run ?? "") as RunSummary).toMatchObject({ runId: "r-1", status: "failed" });
  expect(others).toEqual([]);
  expect((await runtrail.run(["runs", "--workflow", "none"])).stdout).toBe(
    "There are no such runs.\n",
  );
  const bad = await runtrail.run(["runs", "--status", "done"]);
  expect(bad).toMatchObject({ status: 1, stdout: "" });
  expect(bad.stderr).toMatch(/^runtrail: status must be some of created, /);
  expect((await runtrail.run(["runs", "--limit", "none"])).status).toBe(2);
});

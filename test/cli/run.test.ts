import { access, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Runtrail, type StoredEnvelope } from "./runtrail.js";

let runtrail: Runtrail;
beforeAll(async () => {
  runtrail = await Runtrail.start();
});
afterAll(() => runtrail.close());

/** Writes a pack of these steps and returns its file. */
async function pack(id: string, steps: string, rest = ""): Promise<string> {
  const file = join(runtrail.folder, `${id}.pack.yaml`);
  await writeFile(file, `pack: ${id}\n${rest}steps:\n${steps}`);
  return file;
}

async function run(id: string, steps: string, args: readonly string[] = [], rest = "") {
  const file = await pack(id, steps, rest);
  return runtrail.run(["run", file, "--run", id, ...args]);
}

const runScope = (id: string) => `runs/${id}`;
const packScope = (id: string) => `runs/${id}/pack-runs/${id}`;
const jobScope = (id: string, step: string) => `${packScope(id)}/jobs/${step}`;
const own = (events: readonly StoredEnvelope[], scope: string) =>
  events.filter((event) => event.scope === scope);
const types = (events: readonly StoredEnvelope[]) => events.map(({ type }) => type);

test("records a run, a pack-run and a job for each step, in the order of their needs", async () => {
  const { status, stdout } = await run(
    "order",
    `
  - { id: c, needs: [a, b], run: echo c }
  - { id: a, name: The first, run: echo a }
  - { id: b, needs: [a], run: echo b >&2 }
`,
    [],
    "version: '7'\nname: In order\n",
  );
  expect(status).toBe(0);
  expect(stdout.split("\n").filter((line) => line.startsWith("▶"))).toEqual(["▶ a", "▶ b", "▶ c"]);
  expect(stdout).toMatch(/order completed in .*: 3 completed\n$/);

  const events = await runtrail.events(runScope("order"));
  expect(types(own(events, runScope("order")))).toEqual([
    "run.created",
    "run.started",
    "run.progress",
    "run.progress",
    "run.progress",
    "run.completed",
  ]);
  expect(
    own(events, packScope("order")).map(({ type, payload }) => [type, payload["stepStatus"]]),
  ).toEqual([
    ["pack_run.created", undefined],
    ["pack_run.started", undefined],
    ["pack_run.progress", "running"],
    ["pack_run.progress", "completed"],
    ["pack_run.progress", "running"],
    ["pack_run.progress", "completed"],
    ["pack_run.progress", "running"],
    ["pack_run.progress", "completed"],
    ["pack_run.completed", undefined],
  ]);
  expect(own(events, packScope("order"))[3]?.payload).toMatchObject({
    stepIndex: 1,
    stepId: "a",
    stepName: "The first",
    totalSteps: 3,
    completedSteps: 1,
    percentage: 33.3,
  });
  expect(types(own(events, jobScope("order", "b")))).toEqual([
    "job.created",
    "job.started",
    "log.appended",
    "job.completed",
  ]);
  expect((await runtrail.run(["verify", runScope("order")])).status).toBe(0);
});

test("goes on after a failure with what does not need it, and says what was left out", async () => {
  const { status, stdout } = await run(
    "partly",
    `
  - { id: bad, run: exit 3 }
  - { id: after, needs: [bad], run: echo never }
  - { id: later, needs: [after], run: echo never }
  - { id: alarm, needs: [later], if: failure(), run: echo alarm }
  - { id: always, needs: [bad], if: always(), run: echo always }
  - { id: other, run: echo other }
  - { id: idle, needs: [other], if: failure(), run: echo never }
  - { id: beyond, needs: [idle], run: echo beyond }
`,
  );
  expect(status).toBe(1);
  expect(stdout).not.toContain("never");
  for (const word of ["alarm", "always", "other", "beyond"]) expect(stdout).toContain(`│ ${word}`);
  expect(stdout).toMatch(/partly failed in .*: 4 completed, 1 failed, 3 skipped\n$/);
  const events = await runtrail.events(runScope("partly"));
  const skipped = own(events, packScope("partly")).filter(({ type }) => type === "node.skipped");
  expect(skipped.map(({ payload }) => [payload["nodeId"], payload["reason"]])).toEqual([
    ["after", "bad did not complete"],
    ["later", "after did not complete"],
    ["idle", "nothing that it needs has failed"],
  ]);
  expect(own(events, runScope("partly")).at(-1)).toMatchObject({
    type: "run.failed",
    payload: {
      completedSteps: 4,
      failedSteps: 1,
      skippedSteps: 3,
      error: { code: "step-failed", message: "Step bad failed: The command exited with code 3." },
    },
  });
});

test("tries a step again as often as it may", async () => {
  const marker = join(runtrail.folder, "marker");
  const { status } = await run(
    "again",
    `
  - id: flaky
    retry: { maxAttempts: 3, delay: 20ms }
    run: |
      echo x >> ${marker}
      test "$(wc -l < ${marker})" -ge 3
  - id: hopeless
    retry: { maxAttempts: 2 }
    run: exit 1
`,
  );
  expect(status).toBe(1);
  const events = await runtrail.events(runScope("again"));
  expect(types(own(events, jobScope("again", "flaky")))).toEqual([
    "job.created",
    "job.started",
    "job.attempt_failed",
    "retry.scheduled",
    "job.started",
    "log.appended",
    "job.attempt_failed",
    "retry.scheduled",
    "job.started",
    "log.appended",
    "job.completed",
  ]);
  expect(await runtrail.messages(jobScope("again", "flaky"))).toEqual([
    "Attempt 2 of 3",
    "Attempt 3 of 3",
  ]);
  expect(own(events, jobScope("again", "hopeless")).at(-1)).toMatchObject({
    type: "job.failed",
    payload: { attempt: 2, exitCode: 1 },
  });
});

test("ends all that a step has started when its time is up", async () => {
  const { status } = await run(
    "late",
    `
  - id: slow
    timeout: 300ms
    run: |
      sleep 60 & echo $!
      sleep 60
`,
  );
  expect(status).toBe(1);
  const events = await runtrail.events(runScope("late"));
  expect(own(events, jobScope("late", "slow")).at(-1)).toMatchObject({
    type: "job.timed_out",
    payload: { timeoutMs: 300, signal: "SIGTERM", error: { code: "timeout" } },
  });
  const [pid] = await runtrail.messages(jobScope("late", "slow"));
  // A process that has ended may still be waiting to be collected.
  const state = await readFile(`/proc/${pid ?? ""}/stat`, "utf8").catch(() => "gone");
  expect(state).toMatch(/^gone|\) Z /);
});

test("waits for an approval that anyone may give, and holds nobody else up", async () => {
  const file = await pack(
    "gated",
    `
  - { id: ship, approval: production, run: echo shipped }
  - { id: other, run: echo other }
`,
  );
  const running = runtrail.begin(["run", file, "--run", "gated", "--parallel", "1"]);
  await running.until(({ text }) => text.includes("approval.granted") && text.includes("✔ other"));
  const hint = /runtrail emit (\S+) approval.granted --payload '(.*)'/.exec(running.text);
  const [, scope = "", payload = ""] = hint ?? [];
  expect(scope).toBe(jobScope("gated", "ship"));
  const { approvalId } = JSON.parse(payload) as { approvalId: string };
  const decide = (id: string) =>
    runtrail.run([
      "emit",
      scope,
      "approval.granted",
      "--payload",
      JSON.stringify({ approvalId: id, gate: "production", decidedBy: "ana" }),
    ]);
  await decide("another");
  await decide(approvalId);
  expect((await running.exited).status).toBe(0);
  expect(running.text).toContain("✔ ship was approved by ana");
  expect(types(own(await runtrail.events(runScope("gated")), scope))).toEqual([
    "job.created",
    "approval.requested",
    "approval.granted",
    "approval.granted",
    "job.started",
    "log.appended",
    "job.completed",
  ]);
});

test("fails a step whose approval is denied, or given by nobody in time", async () => {
  const file = await pack(
    "denied",
    `
  - { id: no, approval: production, run: echo never }
  - { id: late, approval: { gate: staging, timeout: 200ms } }
`,
  );
  const running = runtrail.begin(["run", file, "--run", "denied"]);
  await running.until(({ text }) => text.includes("approval.granted --payload"));
  const scope = jobScope("denied", "no");
  await running.until(({ text }) => text.includes(`emit ${scope}`));
  const [, id = ""] = /"approvalId":"(\S+?\.no)"/.exec(running.text) ?? [];
  const payload = { approvalId: id, gate: "production", decidedBy: "ana", reason: "not today" };
  await runtrail.run(["emit", scope, "approval.denied", "--payload", JSON.stringify(payload)]);
  expect((await running.exited).status).toBe(1);
  const events = await runtrail.events(runScope("denied"));
  expect(own(events, scope).at(-1)?.payload).toMatchObject({
    attempt: 0,
    error: { code: "approval-denied", message: "The approval was denied by ana: not today" },
  });
  expect(types(own(events, jobScope("denied", "late")))).toEqual([
    "job.created",
    "approval.requested",
    "approval.expired",
    "job.failed",
  ]);
});

test("runs no more steps at a time than it may", async () => {
  await mkdir(join(runtrail.folder, "slots"));
  const script = (i: number) => `mkdir s${i} && sleep 0.1 && ls | wc -l && rmdir s${i}`;
  const steps = Array.from({ length: 14 }, (_, i) => {
    return `  - { id: s${i}, cwd: slots, run: "${script(i)}" }\n`;
  });
  const file = await pack("slots", steps.join(""));
  const { stdout, stderr } = await runtrail.run(["run", file, "--run", "slots", "--parallel", "3"]);
  const counts = [...stdout.matchAll(/│ (\d+)$/gm)].map(([, count]) => Number(count));
  expect(counts).toHaveLength(14);
  expect(Math.max(...counts)).toBeLessThanOrEqual(3);
  expect(stderr.split("\n")).toHaveLength(2);
});

test("gives steps their environment, parameters and folder", async () => {
  await mkdir(join(runtrail.folder, "sub"), { recursive: true });
  const { status, stdout } = await run(
    "env",
    `
  - id: show
    cwd: sub
    env: { B: step, N: 3 }
    run: |
      echo "$A $B $N $PARAM_TARGET $PARAM_DRY_RUN \${PWD##*/}"
      echo "$RUNTRAIL_RUN $RUNTRAIL_SCOPE"
      read line || echo "nothing on stdin"
  - id: bash
    shell: bash
    run: "[[ 1 == 1 ]] && echo bash; false; echo never"
`,
    ["--param", "target=a=b"],
    "env: { A: pack, B: pack }\nparams: { target: null, dry-run: true }\n",
  );
  expect(status).toBe(1);
  expect(stdout).toContain("│ pack step 3 a=b true sub\n");
  expect(stdout).toContain(`│ env ${jobScope("env", "show")}\n`);
  expect(stdout).toContain("│ nothing on stdin\n");
  expect(stdout).toContain("│ bash\n");
  expect(stdout).not.toContain("never");
});

test("ends a run in good order when it is interrupted", async () => {
  const file = await pack(
    "stop",
    `
  - { id: a, run: "echo ready; sleep 60" }
  - { id: b, needs: [a], if: always(), run: echo never }
`,
  );
  const running = runtrail.begin(["run", file, "--run", "stop"]);
  await running.until(({ text }) => text.includes("│ ready"));
  running.kill("SIGINT");
  expect((await running.exited).status).toBe(130);
  const events = await runtrail.events(runScope("stop"));
  expect(own(events, jobScope("stop", "a")).at(-1)).toMatchObject({
    type: "job.canceled",
    payload: { signal: "SIGTERM" },
  });
  expect(types(own(events, packScope("stop"))).slice(-3)).toEqual([
    "node.skipped",
    "pack_run.progress",
    "pack_run.canceled",
  ]);
  expect(own(events, runScope("stop")).at(-1)?.type).toBe("run.canceled");
});

test("kills at the second interruption what does not end at the first", async () => {
  const file = await pack(
    "kill",
    `  - { id: a, run: "trap 'echo no' TERM; echo ready; while :; do sleep 0.05 || true; done" }\n`,
  );
  const running = runtrail.begin(["run", file, "--run", "kill"]);
  await running.until(({ text }) => text.includes("│ ready"));
  running.kill("SIGINT");
  await running.until(({ text }) => text.includes("│ no"));
  running.kill("SIGINT");
  expect((await running.exited).status).toBe(130);
  expect(own(await runtrail.events(runScope("kill")), jobScope("kill", "a")).at(-1)).toMatchObject({
    type: "job.canceled",
    payload: { signal: "SIGKILL" },
  });
});

test("runs without a server, and the record is sent later", async () => {
  const env = { RUNTRAIL_DATA: join(runtrail.folder, "offline") };
  const file = await pack("offline", "  - { id: a, run: echo a }\n");
  await runtrail.stopServer("SIGTERM");
  const args = ["run", file, "--run", "offline", "--wait", "0s"];
  const { status, stderr } = await runtrail.run(args, "", env);
  expect(status).toBe(0);
  expect(stderr).toContain("not everything was sent");
  await runtrail.startServer();
  await runtrail.run(["import", "/dev/null"], "", env);
  const { stdout } = await runtrail.run(["verify", runScope("offline")]);
  expect(stdout).toMatch(/^holds: runs\/offline of .*, 13 events of 3 scopes checked, 3 receipts/);
});

test("tells its progress as JSON", async () => {
  const { stdout } = await run("json", "  - { id: a, run: echo hello }\n", ["--json"]);
  const lines = stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as { kind: string });
  expect(lines.map(({ kind }) => kind)).toEqual(["started", "line", "ended", "run-ended"]);
  expect(lines.at(-1)).toMatchObject({
    runId: "json",
    status: "completed",
    steps: { a: { outcome: "completed" } },
  });
});

test("names the place of what is wrong with a pack file, and runs nothing", async () => {
  const touched = join(runtrail.folder, "touched");
  const { status, stdout, stderr } = await run(
    "wrong",
    `  - { id: a, run: "touch ${touched}" }\n  - { id: b, run: b, needs: [c] }\n`,
  );
  expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
  expect(stderr).toBe(
    `runtrail: ${join(runtrail.folder, "wrong.pack.yaml")}:4:30: /steps/1/needs/0: there is no step c\n`,
  );
  await expect(access(touched)).rejects.toThrow("ENOENT");
});

test.each([
  [["--param", "x"], /--param takes name=value/],
  [["--param", "x=1"], /has no parameter x/],
  [["--parallel", "0"], /--parallel takes a number/],
  [["--run", "a/b"], /is no id/],
  [["--wait", "soon"], /--wait takes a duration/],
])("says in one line what is wrong with %j", async (args, message) => {
  const file = await pack("usage", "  - { id: a, run: echo a }\n");
  const { status, stderr } = await runtrail.run(["run", file, ...args]);
  expect(status).toBe(2);
  expect(stderr).toMatch(message);
  expect(stderr.trimEnd().split("\n")).toHaveLength(1);
});

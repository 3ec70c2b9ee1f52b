import { mkdir, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Runtrail, type StoredEnvelope } from "./runtrail.js";

let runtrail: Runtrail;
beforeAll(async () => {
  runtrail = await Runtrail.start();
});
afterAll(() => runtrail.close());

const node = (script: string) => ["--", process.execPath, "-e", script];
const types = (events: readonly StoredEnvelope[]) => events.map(({ type }) => type);

/** Leftovers of other tests aside: a state folder of one's own. */
function ownState(name: string) {
  return { RUNTRAIL_DATA: join(runtrail.folder, name) };
}

async function spooled(name: string): Promise<string[]> {
  const files = await readdir(join(runtrail.folder, name), { recursive: true }).catch(() => []);
  return files.filter((file) => file.endsWith(".ndjson"));
}

test("records a command as a job of a run of its own", async () => {
  const { status, stdout, stderr } = await runtrail.run(["exec", "--", "echo", "hello"]);
  expect({ status, stdout }).toEqual({ status: 0, stdout: "hello\n" });
  const runId = /tail runs\/(\S+)/.exec(stderr)?.[1] ?? "";
  expect(runId).toMatch(/^echo-hello-\d{4}-\d{6}-\w{4}$/);
  const events = await runtrail.events(`runs/${runId}`);
  expect(types(events)).toEqual([
    "run.created",
    "run.started",
    "job.created",
    "job.started",
    "log.appended",
    "job.completed",
    "run.completed",
  ]);
  expect(events[5]?.payload).toMatchObject({ attempt: 1, exitCode: 0 });
});

test("a command that prints 200,000 lines as fast as it can arrives complete and in order", async () => {
  const args = ["exec", "--run", "big", "--job", "seq", "--wait", "60s", "--", "seq", "200000"];
  const expected = Array.from({ length: 200_000 }, (_, i) => String(i + 1));
  const { status, stdout } = await runtrail.run(args);
  expect(status).toBe(0);
  expect(stdout === `${expected.join("\n")}\n`).toBe(true);
  const messages = await runtrail.messages("runs/big/jobs/seq");
  expect(messages.length).toBe(200_000);
  expect(messages.every((message, i) => message === expected[i])).toBe(true);
});

test("passes output on byte for byte, and records it as well-formed text", async () => {
  const script = `process.stdout.write(Buffer.from([0x61, 0xff, 0x00, 0x0d, 0x0a, 0xc3]))`;
  const args = ["exec", "--run", "bytes", "--job", "j", ...node(script)];
  const { bytes } = await runtrail.run(args);
  expect([...bytes]).toEqual([0x61, 0xff, 0x00, 0x0d, 0x0a, 0xc3]);
  expect(await runtrail.messages("runs/bytes/jobs/j")).toEqual(["a\ufffd\u0000", "\ufffd"]);
});

test("keeps stdout and stderr apart, here and in the record", async () => {
  const args = ["exec", "--run", "two", "--job", "j", "--", "sh", "-c", "echo out; echo oops >&2"];
  const { stdout, stderr } = await runtrail.run(args);
  expect(stdout).toBe("out\n");
  expect(stderr).toContain("\noops\n");
  const entries = (await runtrail.events("runs/two/jobs/j"))
    .filter(({ type }) => type === "log.appended")
    .flatMap(({ payload }) => payload["entries"] as object[]);
  expect(entries).toContainEqual(
    expect.objectContaining({ message: "out", stream: "stdout", level: "info" }),
  );
  expect(entries).toContainEqual(
    expect.objectContaining({ message: "oops", stream: "stderr", level: "warning" }),
  );
});

test("gives the command its stdin", async () => {
  const { stdout } = await runtrail.run(["exec", "--", "tr", "a-z", "A-Z"], "typed\n");
  expect(stdout).toBe("TYPED\n");
});

test.each([
  [
    "its own exit code",
    ["sh", "-c", "exit 7"],
    7,
    { exitCode: 7, error: { code: "exit-nonzero" } },
  ],
  [
    "128 + n for a signal",
    ["sh", "-c", "kill -9 $$"],
    137,
    { exitCode: 137, signal: "SIGKILL", error: { code: "signal" } },
  ],
  [
    "127 for a command that is not there",
    ["no-such-command"],
    127,
    { exitCode: 127, error: { code: "command-not-found", retryable: false } },
  ],
  [
    "126 for what cannot be executed",
    ["/"],
    126,
    { exitCode: 126, error: { code: "not-executable" } },
  ],
])("exits with %s", async (name, command, status, payload) => {
  const runId = `exit-${status}`;
  const finished = await runtrail.run(["exec", "--run", runId, "--job", "j", "--", ...command]);
  expect(finished.status, name).toBe(status);
  const last = (await runtrail.events(`runs/${runId}/jobs/j`)).at(-1);
  expect(last).toMatchObject({ type: "job.failed", payload });
});

test.each(["SIGTERM", "SIGINT", "SIGHUP"] as const)(
  "passes %s on to the command",
  async (signal) => {
    const script = `
    process.on("${signal}", () => { console.log("got it"); process.exit(9); });
    setInterval(() => {}, 1000);
    console.log("ready");`;
    const running = runtrail.begin([
      "exec",
      "--run",
      `pass-${signal}`,
      "--job",
      "j",
      ...node(script),
    ]);
    await running.until(({ text }) => text.includes("ready"));
    running.kill(signal);
    expect((await running.exited).status).toBe(9);
    expect(await runtrail.messages(`runs/pass-${signal}/jobs/j`)).toEqual(["ready", "got it"]);
  },
);

test("exits as the command does that a signal has ended", async () => {
  const running = runtrail.begin(["exec", "--", "sh", "-c", "echo ready; exec sleep 60"]);
  await running.until(({ text }) => text.includes("ready"));
  running.kill("SIGTERM");
  expect((await running.exited).status).toBe(143);
});

test("ends the command with SIGPIPE when nobody reads its output any more", async () => {
  const running = runtrail.begin(["exec", "--run", "pipe", "--job", "j", "--", "yes"]);
  await running.until(({ stdout }) => stdout.length > 0);
  running.child.stdout.destroy();
  expect((await running.exited).status).toBe(141);
});

test("lets a script write to /dev/stdout and /dev/stderr", async () => {
  const script = "echo out > /dev/stdout; echo err > /dev/stderr; echo both | tee /dev/stderr";
  const { status, stdout, stderr } = await runtrail.run(["exec", "--", "sh", "-c", script]);
  expect({ status, stdout }).toEqual({ status: 0, stdout: "out\nboth\n" });
  expect(stderr).toContain("\nerr\nboth\n");
});

test("does not wait for a process that the command leaves behind", async () => {
  const args = ["exec", "--", "sh", "-c", "sleep 60 & echo $!"];
  const { status, stdout } = await runtrail.run(args);
  process.kill(Number(stdout), "SIGKILL");
  expect(status).toBe(0);
});

test("says that it is us who failed with 125, and does not start the command", async () => {
  const { status, stdout, stderr } = await runtrail.run([
    "exec",
    "--run",
    "a b",
    "--",
    "echo",
    "x",
  ]);
  expect({ status, stdout }).toEqual({ status: 125, stdout: "" });
  expect(stderr).toMatch(/^runtrail: --run "a b" is no id: .*\n$/);
  expect((await runtrail.run(["exec", "--frob", "--", "echo"])).status).toBe(125);
});

test("says what is missing where the spool cannot be locked", async () => {
  const { status, stderr } = await runtrail.run(["exec", "--", "/bin/echo"], "", {
    PATH: "/empty",
  });
  expect(status).toBe(125);
  expect(stderr).toMatch(/the command flock is needed to lock the spool: install it/);
});

test("does without FIFOs where there are none", async () => {
  const path = join(runtrail.folder, "bin");
  await mkdir(path);
  await symlink("/usr/bin/flock", join(path, "flock"));
  const args = ["exec", "--run", "plain", "--job", "j", "--", "/bin/echo", "hello"];
  const { status, stdout } = await runtrail.run(args, "", { PATH: path });
  expect({ status, stdout }).toEqual({ status: 0, stdout: "hello\n" });
  expect(await runtrail.messages("runs/plain/jobs/j")).toEqual(["hello"]);
});

test("tells its end as JSON", async () => {
  const args = ["exec", "--run", "json", "--job", "j", "--json", "--", "true"];
  const { stderr } = await runtrail.run(args);
  expect(JSON.parse(stderr)).toMatchObject({ scope: "runs/json/jobs/j", exitCode: 0, stored: 3 });
});

test("says so when the job has already ended", async () => {
  const args = ["exec", "--run", "twice", "--job", "j", "--", "true"];
  await runtrail.run(args);
  const { status, stderr } = await runtrail.run(args);
  expect(status).toBe(0);
  expect(stderr).toContain(
    "the server refused 3 events; the first, job.created on runs/twice/jobs/j",
  );
});

test("keeps the record while the server is away, and the next command sends it", async () => {
  const env = ownState("away");
  await runtrail.stopServer("SIGTERM");
  const script = "for (let i = 0; i < 5000; i++) console.log(i)";
  const args = ["exec", "--run", "away", "--job", "j", "--wait", "0s", ...node(script)];
  const { status, stdout, stderr } = await runtrail.run(args, "", env);
  expect(status).toBe(0);
  expect(stdout.split("\n")).toHaveLength(5001);
  expect(stderr).toMatch(/not everything was sent \(.* does not answer\); it is kept in \S+/);
  expect(await spooled("away")).toHaveLength(1);

  await runtrail.startServer();
  const next = await runtrail.run(["exec", "--", "true"], "", env);
  expect(next.stderr).toContain("that earlier commands had left in the spool");
  expect(await spooled("away")).toEqual([]);
  const expected = Array.from({ length: 5000 }, (_, i) => String(i));
  expect(await runtrail.messages("runs/away/jobs/j")).toEqual(expected);
  expect((await runtrail.events("runs/away/jobs/j")).at(-1)?.type).toBe("job.completed");
});

test("sends while the command runs when the server comes back, killed though it was", async () => {
  const script = `
    let i = 0;
    const timer = setInterval(() => console.log(i++), 2);
    process.stdin.on("data", () => { clearInterval(timer); console.log("end"); process.exit(0); });`;
  const args = ["exec", "--run", "back", "--job", "j", "--wait", "30s", ...node(script)];
  const running = runtrail.begin(args, ownState("back"));
  const lines = () => running.text.split("\n").length - 1;
  await running.until(() => lines() > 200);
  await runtrail.stopServer("SIGKILL");
  const before = lines();
  await running.until(() => lines() > before + 200);
  await runtrail.startServer();
  running.child.stdin.write("stop\n");
  expect((await running.exited).status).toBe(0);
  expect(await runtrail.messages("runs/back/jobs/j")).toEqual(running.text.trimEnd().split("\n"));
  expect((await runtrail.run(["verify", "runs/back/jobs/j"])).status).toBe(0);
});

test("loses nothing that was printed well before it was killed", async () => {
  const env = ownState("killed");
  await runtrail.stopServer("SIGTERM");
  const script = "console.log('printed'); setInterval(() => {}, 1000)";
  const running = runtrail.begin(["exec", "--run", "killed", "--job", "j", ...node(script)], env);
  await running.until(({ text }) => text.includes("printed"));
  const pid = /^\d+/.exec(await childOf(running.child.pid ?? 0))?.[0];
  await untilSpooled("killed", "printed");
  running.kill("SIGKILL");
  await running.exited;
  process.kill(Number(pid), "SIGKILL");

  await runtrail.startServer();
  const { stdout } = await runtrail.run(["import", "/dev/null"], "", env);
  expect(stdout).toContain("0 appended");
  expect(await runtrail.messages("runs/killed/jobs/j")).toEqual(["printed"]);
  expect(await spooled("killed")).toEqual([]);
});

test("says before it starts the command that the spool cannot be used", async () => {
  const file = join(runtrail.folder, "a-file");
  await writeFile(file, "");
  const { status, stdout, stderr } = await runtrail.run([
    "exec",
    "--data",
    file,
    "--",
    "echo",
    "x",
  ]);
  expect({ status, stdout }).toEqual({ status: 125, stdout: "" });
  expect(stderr).toMatch(/cannot be used .*: choose another folder with --data/);
});

function childOf(pid: number): Promise<string> {
  return readFile(`/proc/${pid}/task/${pid}/children`, "utf8");
}

async function untilSpooled(name: string, what: string): Promise<void> {
  for (;;) {
    for (const file of await spooled(name)) {
      const folder = join(runtrail.folder, name);
      if ((await readFile(join(folder, file), "utf8")).includes(`"${what}"`)) return;
    }
    await new Promise(setImmediate);
  }
}

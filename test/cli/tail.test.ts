import { afterAll, beforeAll, expect, test } from "vitest";
import { listen } from "../client/log-server.js";
import { Runtrail } from "./runtrail.js";

let runtrail: Runtrail;
beforeAll(async () => {
  runtrail = await Runtrail.start();
});
afterAll(() => runtrail.close());

/** Appends events to a scope, of which each says when it happened. */
async function append(
  scope: string,
  events: readonly { type: string; payload?: object; at?: string }[],
) {
  const lines = events.map(({ type, payload = {}, at }) =>
    JSON.stringify({ scope, type, payload, ...(at === undefined ? {} : { occurredAt: at }) }),
  );
  const { status, stderr } = await runtrail.run(["import", "-"], lines.join("\n"));
  if (status !== 0) throw new Error(stderr);
}

const logged = (...messages: string[]) => ({
  type: "log.appended",
  payload: {
    entries: messages.map((message) => ({
      at: "2026-03-01T09:30:00.000Z",
      level: message.includes("bad") ? "error" : "info",
      message,
    })),
  },
});
const completed = { type: "job.completed", payload: { attempt: 1, durationMs: 84210 } };
const started = { type: "job.started", payload: { jobType: "command", attempt: 2 } };

test("shows what happened and what happens, and ends with the scope", async () => {
  await append("runs/live/jobs/j", [started]);
  const tail = runtrail.begin(["tail", "runs/live/jobs/j"]);
  await tail.until(({ text }) => text.includes("job.started"));
  await append("runs/live/jobs/j", [logged("one", "two"), completed]);
  expect((await tail.exited).status).toBe(0);
  expect(tail.text.replaceAll(/^[\d:.]+ runs\/live\/jobs\/j /gm, "")).toBe(
    "job.started attempt 2\n│ one\n│ two\njob.completed attempt 1 · 1 min 24 s\n",
  );
  expect(tail.stderr).toBe(
    "runtrail: runs/live/jobs/j has ended: completed, 3 events of its own\n",
  );
});

test("names scopes as seen from the one it follows", async () => {
  await append("runs/names/jobs/j", [started]);
  await append("runs/names", [{ type: "run.completed", payload: { durationMs: 1 } }]);
  const { stdout } = await runtrail.run(["tail", "runs/names"]);
  expect(stdout.split("\n").map((line) => line.split(" ")[1])).toEqual([
    "jobs/j",
    "runs/names",
    undefined,
  ]);
});

test("prints the stored envelopes byte for byte as JSON", async () => {
  await append("jobs/bytes", [logged("ü 🌙 \u0007 \\"), completed]);
  const { stdout } = await runtrail.run(["tail", "jobs/bytes", "--json"]);
  const response = await fetch(`${runtrail.url}/v1/jobs/bytes/events`, {
    headers: { accept: "application/x-ndjson" },
  });
  const stored = (await response.text()).replaceAll(/^.*?,"event":(.*)\}$/gm, "$1");
  expect(stdout).toBe(stored);
});

test("keeps from the terminal what would steer it", async () => {
  await append("jobs/escape", [
    logged("\u001b[31mred\u001b[0m \u001b]0;title\u0007and\u001b[2J \rmore\u009b1m"),
    completed,
  ]);
  const { stdout } = await runtrail.run(["tail", "jobs/escape"]);
  expect(stdout).toContain("│ red and more1m\n");
  // eslint-disable-next-line no-control-regex -- there is to be none
  expect(stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
});

test("goes on by itself, without a hole or a repetition, when the server is killed and started again", async () => {
  const scope = "jobs/restart";
  const numbered = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, i) => logged(`line ${from + i}`));
  await append(scope, numbered(0, 200));
  const tail = runtrail.begin(["tail", scope]);
  await tail.until(({ text }) => text.includes("line 199\n"));
  for (let round = 1; round <= 3; round++) {
    await runtrail.stopServer(round === 2 ? "SIGTERM" : "SIGKILL");
    await tail.until(({ stderr }) => stderr.split("trying again").length > round);
    await runtrail.startServer();
    await append(scope, numbered(round * 200, (round + 1) * 200));
    await tail.until(({ text }) => text.includes(`line ${(round + 1) * 200 - 1}\n`));
  }
  await append(scope, [completed]);
  expect((await tail.exited).status).toBe(0);
  const lines = tail.text.split("\n").flatMap((line) => /line (\d+)$/.exec(line)?.[1] ?? []);
  expect(lines).toEqual(Array.from({ length: 800 }, (_, i) => String(i)));
  expect(tail.stderr).toMatch(/connected again, going on after \d+\.\w+/);
}, 120_000);

test("starts where it is told to", async () => {
  const scope = "jobs/start";
  await append(scope, [logged("a"), logged("b"), logged("c"), completed]);
  const shown = async (...args: string[]) => {
    const { stdout } = await runtrail.run(["tail", scope, ...args]);
    return stdout.split("\n").flatMap((line) => /│ (\w)$/.exec(line)?.[1] ?? []);
  };
  expect(await shown()).toEqual(["a", "b", "c"]);
  expect(await shown("--last", "3")).toEqual(["b", "c"]);
  const { stdout } = await runtrail.run(["replay", scope, "--speed", "max", "--json"]);
  expect(stdout.split("\n")).toHaveLength(5);
  const page = await fetch(`${runtrail.url}/v1/${scope}/events`);
  const { events } = (await page.json()) as { events: { cursor: string }[] };
  expect(await shown("--from", events[1]?.cursor ?? "")).toEqual(["c"]);
  expect(await shown("--from", "now")).toEqual([]);
});

test("shows only what is asked for", async () => {
  const scope = "jobs/filter";
  const entry = (message: string, more: object) => ({
    type: "log.appended",
    payload: { entries: [{ at: "2026-03-01T09:30:00.000Z", level: "info", message, ...more }] },
  });
  await append(scope, [
    started,
    logged("good", "bad"),
    logged("good"),
    entry("paid", { category: "business", isMilestone: true }),
    completed,
  ]);
  const shown = async (...args: string[]) => {
    const { stdout } = await runtrail.run(["tail", scope, ...args]);
    const words = stdout.trimEnd().split("\n");
    return words.map((line) => line.split(" ").slice(2, 4).join(" "));
  };
  expect(await shown("--level", "WARN")).toEqual(["│ bad"]);
  expect(await shown("--category", "business")).toEqual(["│ paid"]);
  expect(await shown("--milestone", "--level", "info")).toEqual(["│ paid"]);
  expect(await shown("--type", "log.*, job.completed")).toHaveLength(5);
  expect(await shown("--correlation", "filter", "--type", "job.*")).toEqual([
    "job.started attempt",
    "job.completed attempt",
  ]);
  expect(await shown("--correlation", "another")).toEqual([""]);
});

test("shows everything with a correlation id, in whichever scope it is", async () => {
  const events = ["runs/a", "jobs/b", "runs/c"].map((scope, i) => ({
    scope,
    type: "order.moved",
    payload: { reason: `step ${i}` },
    correlationId: scope === "jobs/b" ? "another" : "order/7?x",
  }));
  await runtrail.run(["import", "-"], events.map((event) => JSON.stringify(event)).join("\n"));
  const tail = runtrail.begin(["tail", "correlations/order/7?x"]);
  await tail.until(({ text }) => text.includes("step 2"));
  tail.kill("SIGTERM");
  await tail.exited;
  expect(tail.text.replaceAll(/^\S+ /gm, "")).toBe(
    "runs/a order.moved step 0\nruns/c order.moved step 2\n",
  );
});

test("ends when it is interrupted", async () => {
  const tail = runtrail.begin(["tail", "runs/never"]);
  await tail.until(({ stderr }) => stderr.includes("there are no events of runs/never yet"));
  await append("runs/never", [{ type: "run.started", payload: { workflowId: "w" } }]);
  await tail.until(({ text }) => text.includes("run.started"));
  tail.kill("SIGINT");
  expect((await tail.exited).status).toBe(130);
});

test("ends quietly when nobody reads it any more", async () => {
  await append("runs/head", [logged("a")]);
  const tail = runtrail.begin(["tail", "runs/head"]);
  await tail.until(({ text }) => text.includes("│ a"));
  tail.child.stdout.destroy();
  await append("runs/head", [logged("b"), logged("c")]);
  expect((await tail.exited).status).toBe(0);
  expect(tail.stderr).toBe("");
});

test("replays history in order, within bounds, and ends where it ends now", async () => {
  const scope = "jobs/replay";
  await append(scope, [logged("a"), logged("b"), logged("c")]);
  const page = await fetch(`${runtrail.url}/v1/${scope}/events`);
  const { events } = (await page.json()) as { events: { sequence: number }[] };
  const [first, second, third] = events.map(({ sequence }) => String(sequence));
  const shown = async (...args: string[]) => {
    const { stdout, status } = await runtrail.run(["replay", scope, "--speed", "max", ...args]);
    expect(status).toBe(0);
    return stdout.split("\n").flatMap((line) => /│ (\w)$/.exec(line)?.[1] ?? []);
  };
  expect(await shown()).toEqual(["a", "b", "c"]);
  expect(await shown("--from", second ?? "")).toEqual(["b", "c"]);
  expect(await shown("--to", second ?? "")).toEqual(["a", "b"]);
  expect(await shown("--from", second ?? "", "--to", second ?? "")).toEqual(["b"]);
  expect(await shown("--to", String(Number(third) + 1_000_000))).toEqual(["a", "b", "c"]);
  expect(await shown("--from", first ?? "", "--to", third ?? "")).toEqual(["a", "b", "c"]);
});

test("replays to a sequence that is another scope's", async () => {
  await append("jobs/mine", [logged("a")]);
  await append("jobs/other", [logged("x"), logged("y")]);
  await append("jobs/mine", [logged("b")]);
  const page = await fetch(`${runtrail.url}/v1/jobs/other/events`);
  const { events } = (await page.json()) as { events: { sequence: number }[] };
  const to = String(events[0]?.sequence);
  const { stdout, status } = await runtrail.run([
    "replay",
    "jobs/mine",
    "--speed",
    "max",
    "--to",
    to,
  ]);
  expect(status).toBe(0);
  expect(stdout).toMatch(/^\S+ jobs\/mine │ a\n$/);
});

test("replays at the pace at which it happened, divided by the speed", async () => {
  const at = (ms: number) => new Date(Date.UTC(2026, 2, 1) + ms).toISOString();
  await append("jobs/pace", [
    { ...logged("a"), at: at(0) },
    { ...logged("b"), at: at(1200) },
    { ...logged("c"), at: at(1000) },
    { ...logged("d"), at: at(2400) },
  ]);
  const duration = async (speed: string) => {
    const replay = runtrail.begin(["replay", "jobs/pace", "--speed", speed]);
    await replay.until(({ text }) => text.includes("│ a"));
    const startedAt = performance.now();
    await replay.exited;
    expect(replay.text.match(/│ \w/g)).toEqual(["│ a", "│ b", "│ c", "│ d"]);
    return performance.now() - startedAt;
  };
  expect(await duration("1")).toBeGreaterThan(2300);
  const tenfold = await duration("10");
  expect(tenfold).toBeGreaterThan(200);
  expect(tenfold).toBeLessThan(2300);
});

test.each([
  [["tail", "run/x"], /is no scope: write it like runs\/r-42/],
  [["tail", "runs/x", "--from", "yesterday"], /--from takes start, now or a cursor/],
  [["tail", "runs/x", "--last", "many"], /--last takes a number/],
  [["tail", "runs/x", "--level", "loud"], /--level must be one of trace, debug/],
  [["tail", "runs/x", "--type", "Job"], /--type must be 1 to 32 types/],
  [["tail", "runs/x", "--category", "art"], /--category must be business or technical/],
  [["tail", "runs/x", "--correlation", "a b"], /--correlation must be 1 to 128 printable/],
  [["tail", "runs/x", "--transport", "pigeon"], /--transport.* Allowed choices are sse, websocket/],
  [["verify", "correlations/r-42"], /is a choice from many chains/],
  [["tail", "correlations/a b"], /is no scope/],
  [["replay", "runs/x", "--speed", "0"], /--speed takes/],
  [["replay", "runs/x", "--to", "end"], /--to takes a sequence number/],
])("says in one line what is wrong with %j", async (args, message) => {
  const { status, stderr } = await runtrail.run(args);
  expect(status).toBe(2);
  expect(stderr).toMatch(message);
  expect(stderr.trimEnd().split("\n")).toHaveLength(1);
});

test("says what to do when there is no server", async () => {
  const { url, close } = await listen(() => undefined);
  await close();
  const env = { RUNTRAIL_URL: url };
  const { status, stderr } = await runtrail.run(["verify", "runs/x"], "", env);
  expect(status).toBe(2);
  expect(stderr).toBe(
    `runtrail: ${url} does not answer (ECONNREFUSED). Start a server with: runtrail serve, or name yours in RUNTRAIL_URL.\n`,
  );
});

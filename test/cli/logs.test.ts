import { afterAll, beforeAll, expect, test } from "vitest";
import type { LogLine } from "../../src/client/index.js";
import { until } from "../fixtures/until.js";
import { Runtrail } from "./runtrail.js";

let runtrail: Runtrail;
beforeAll(async () => {
  runtrail = await Runtrail.start();
  const at = "2026-03-01T09:30:00.000Z";
  for (let part = 0; part < 3; part++) {
    await emit("runs/r-1/jobs/build", [
      ...Array.from({ length: 500 }, (_, i) => ({
        at,
        level: "info",
        message: `step ${part * 500 + i}`,
      })),
    ]);
  }
  await emit("runs/r-1", [
    { at, level: "error", message: "\u001b[31mConnection\u001b[0m refused\nby the peer" },
  ]);
  await emit("runs/r-2", [
    { at, level: "warning", message: "the connection was refused", nodeId: "n" },
  ]);
  await until("the last line can be found", async () => {
    return (await lines("logs", "runs/r-2")).length === 1;
  });
});
afterAll(() => runtrail.close());

function emit(scope: string, entries: object[]) {
  return runtrail.run(["emit", scope, "log.appended", "--payload", JSON.stringify({ entries })]);
}
async function lines(...args: string[]): Promise<string[]> {
  const { stdout } = await runtrail.run(args);
  return stdout.split("\n").slice(0, -1);
}

test("all lines of a scope, however many pages they are", async () => {
  const all = await lines("logs", "runs/r-1");
  expect(all).toHaveLength(1502);
  expect(all[0]).toMatch(/^\d\d:\d\d:\d\d\.\d{3} jobs\/build │ step 0$/);
  expect(all[1499]).toMatch(/│ step 1499$/);
  const last = await lines("logs", "runs/r-1/jobs/build", "--last", "2");
  expect(last.map((line) => line.split("│ ")[1])).toEqual(["step 1498", "step 1499"]);
});

test("only those that are asked for, and as JSON", async () => {
  const json = await lines("logs", "--level", "WARN", "--json");
  const found = json.map((line) => JSON.parse(line) as LogLine);
  expect(found.map(({ scope, level }) => [scope, level])).toEqual([
    ["runs/r-1", "error"],
    ["runs/r-2", "warning"],
  ]);
  expect(await lines("logs", "runs/r-1", "--search", "step 1234")).toHaveLength(1);
  expect(await lines("logs", "--node", "n")).toHaveLength(1);
});

test("what comes is printed as it comes, once and filtered, until the scope ends", async () => {
  const at = "2026-03-01T09:30:00.000Z";
  const scope = "runs/r-followed";
  const entry = (level: string, message: string) => ({ at, level, message });
  await emit(scope, [entry("error", "before"), entry("info", "passed over")]);
  await until("the line can be found", async () => (await lines("logs", scope)).length === 2);
  const running = runtrail.begin(["logs", scope, "--follow", "--level", "warning"]);
  await running.until(({ text }) => text.includes("before"));
  for (let n = 0; n < 5; n++) {
    await emit(scope, [entry("info", "passed over"), entry("warning", `after ${n}`)]);
  }
  await running.until(({ text }) => text.includes("after 4"));
  await runtrail.run(["emit", scope, "run.completed", "--payload", '{"durationMs":1}']);
  expect(await running.exited).toMatchObject({ status: 0 });
  const messages = running.text.split("\n").map((line) => line.split("│ ")[1]);
  expect(messages).toEqual(["before", ...[0, 1, 2, 3, 4].map((n) => `after ${n}`), undefined]);
});

test("a search goes through all runs, the newest first, one line each", async () => {
  const [first, second, ...others] = await lines("search", "connection", "REFUSED");
  expect(others).toEqual([]);
  expect(first).toMatch(/^\S+ \S+ +runs\/r-2 +warning +│ the connection was refused$/);
  expect(second).toMatch(/ +runs\/r-1 +error +│ Connection refused by the peer$/);
  expect(await lines("search", "connection", "--in", "runs/r-1", "--json")).toHaveLength(1);
  expect(await lines("search", "nowhere")).toEqual(["There are no such lines."]);
  expect(await lines("search", "step", "--limit", "3")).toHaveLength(3);
});

test("the read model is made anew, and finds the same", async () => {
  const { status, stdout } = await runtrail.run(["reindex"]);
  expect(status).toBe(0);
  expect(stdout).toMatch(/^The read model is being made anew/);
  await until("it has caught up", async () => {
    return (await lines("logs", "runs/r-2")).length === 1;
  });
  expect(await lines("logs", "runs/r-1")).toHaveLength(1502);
});

test.each([
  [["search", '"open'], 1, "q has a quote"],
  [["logs", "--level", "loud"], 2, "--level takes one of"],
  [["logs", "--last", "0"], 2, "--last takes a number of lines"],
  [["logs", "nothing"], 2, "is no scope"],
  [["logs", "--since", "yesterday"], 1, "since must be a time"],
])("%s is refused in one line", async (args, status, says) => {
  const ended = await runtrail.run(args);
  expect(ended).toMatchObject({ status, stdout: "" });
  expect(ended.stderr).toContain(says);
  expect(ended.stderr.split("\n")).toHaveLength(2);
});

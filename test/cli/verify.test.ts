import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Runtrail } from "./runtrail.js";

let runtrail: Runtrail;
let lines: string[];
beforeAll(async () => {
  runtrail = await Runtrail.start();
  await runtrail.run(["exec", "--job", "j", "--", "echo", "hello"]);
  await runtrail.run(["exec", "--run", "r", "--job", "j", "--", "echo", "hello"]);
  const response = await fetch(`${runtrail.url}/v1/runs/r/events`, {
    headers: { accept: "application/x-ndjson" },
  });
  lines = (await response.text()).split("\n").filter((line) => line !== "");
});
afterAll(() => runtrail.close());

async function verifyLines(changed: readonly string[]) {
  const file = join(runtrail.folder, "export.ndjson");
  await writeFile(file, changed.map((line) => `${line}\n`).join(""));
  return runtrail.run(["verify", file, "--json"]);
}

test("says that a scope that has ended holds, and what was checked", async () => {
  const { status, stdout } = await runtrail.run(["verify", "runs/r/jobs/j"]);
  expect(stdout).toMatch(
    /^holds: runs\/r\/jobs\/j of runtrail.local\/default, 4 events of 1 scope checked, 1 receipt, every hash, link and proof is right, up to the checkpoint of \d+ leaves, signed by /,
  );
  expect(status).toBe(0);
});

test("says that a scope that has not ended is incomplete", async () => {
  const { status, stdout } = await runtrail.run(["verify", "runs/r"]);
  expect(stdout).toMatch(/^holds, but is incomplete: runs\/r of .*, 4 events of 1 scope checked/);
  expect(stdout).toMatch(/; runs\/r has not ended\n$/);
  expect(status).toBe(3);
});

test("checks everything when it is given no scope", async () => {
  const { status, stdout } = await runtrail.run(["verify", "--json"]);
  expect(JSON.parse(stdout)).toMatchObject({
    kind: "summary",
    status: 0,
    places: { event: 11 },
    findings: 0,
  });
  expect(status).toBe(0);
});

test("an export that was not touched holds", async () => {
  expect((await verifyLines(lines)).status).toBe(0);
});

test.each([
  ["an edit", (l: string[]) => l.map((line) => line.replace('"hello"', '"hallo"')), "hash"],
  ["a removal", (l: string[]) => l.filter((_, i) => i !== 1), "index"],
  ["a swap", (l: string[]) => [l[1] ?? "", l[0] ?? "", ...l.slice(2)], "index"],
  ["white space", (l: string[]) => l.map((line) => line.replace('"v":1}', '"v": 1}')), "canonical"],
])("finds %s, and says where", async (_, tamper, check) => {
  const { status, stdout } = await verifyLines(tamper(lines));
  expect(status).toBe(1);
  const findings = stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(findings).toContainEqual(
    expect.objectContaining({ kind: "finding", check, scope: "runs/r/jobs/j" }),
  );
  expect(findings.at(-1)).toMatchObject({ kind: "summary", status: 1 });
});

test("says that there is nothing to check", async () => {
  const { status, stderr } = await runtrail.run(["verify", "runs/nothing"]);
  expect({ status, stderr }).toEqual({
    status: 2,
    stderr: "runtrail: there are no events of runs/nothing\n",
  });
});

test("says that first events are gone", async () => {
  expect((await verifyLines(lines.slice(1))).status).toBe(3);
});

test.each([
  ["what is no export", ["garbage"], /is neither a bundle nor an NDJSON export of events\n$/],
  ["an export with something else in it", ["", "garbage"], /a line of the export is no record/],
])("says that %s cannot be read", async (_, [first = "", ...more], reason) => {
  const { status, stderr } = await verifyLines([first || (lines[0] ?? ""), ...more]);
  expect(status).toBe(2);
  expect(stderr).toMatch(reason);
});

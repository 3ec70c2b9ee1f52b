import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Runtrail } from "./runtrail.js";

let runtrail: Runtrail;
beforeAll(async () => {
  runtrail = await Runtrail.start();
});
afterAll(() => runtrail.close());

test("emits an event with a payload from the command line, a file or stdin", async () => {
  const file = join(runtrail.folder, "payload.json");
  await writeFile(file, '{"from":"file"}');
  const emit = (payload: string, input = "") =>
    runtrail.run(["emit", "runs/emit", "test.made", "--payload", payload], input);
  expect(await emit('{"from":"argument"}')).toMatchObject({
    status: 0,
    stdout: expect.stringMatching(/^appended runs\/emit event 1, sequence \d+\n$/) as string,
  });
  await emit(`@${file}`);
  await emit("-", '{"from":"stdin"}');
  const events = await runtrail.events("runs/emit");
  expect(events.map(({ payload }) => payload["from"])).toEqual(["argument", "file", "stdin"]);
});

test("prints the server's answer as JSON", async () => {
  const { stdout } = await runtrail.run(["emit", "runs/json", "test.made", "--json"]);
  expect(JSON.parse(stdout)).toMatchObject({ outcome: "appended", index: 1 });
  const refused = await runtrail.run(["emit", "runs/json", "job.finished", "--json"]);
  expect(refused.status).toBe(1);
  expect(JSON.parse(refused.stdout)).toMatchObject({ problem: { code: "unknown-type" } });
});

test.each([
  [["emit", "runs/e", "job.progress"], 1, /^runtrail: \/payload\/percentage: add percentage/],
  [["emit", "runs/e", "x.y", "--payload", "{"], 2, /^runtrail: --payload is not JSON/],
  [["emit", "runs/e", "x.y", "--payload", "[]"], 2, /^runtrail: --payload must be a JSON object/],
  [["emit", "runs/e", "x.y", "--payload", "@nowhere"], 2, /nowhere cannot be read/],
  [["emit", "e", "x.y"], 2, /is no scope/],
  [["emit", "runs/e"], 2, /missing required argument 'type'/],
  [["import", "nowhere.ndjson"], 2, /nowhere.ndjson cannot be read/],
])("says in one line what is wrong with %j", async (args, expected, message) => {
  const { status, stderr } = await runtrail.run(args);
  expect(status).toBe(expected);
  expect(stderr).toMatch(message);
  expect(stderr.trimEnd().split("\n")).toHaveLength(1);
});

const line = (i: number, more = {}) =>
  JSON.stringify({ scope: "runs/import", type: "test.made", payload: { i }, ...more });

test("imports many events in order, and again without storing them twice", async () => {
  const file = join(runtrail.folder, "many.ndjson");
  const ids = Array.from({ length: 5000 }, (_, i) => `import-${String(i).padStart(5, "0")}`);
  await writeFile(file, ids.map((id, i) => `${line(i, { id })}\n`).join(""));
  const first = await runtrail.run(["import", file]);
  expect(first).toMatchObject({
    status: 0,
    stdout: "5000 appended, 0 were there already, 0 refused\n",
  });
  const again = await runtrail.run(["import", file, "--json"]);
  expect(JSON.parse(again.stdout)).toMatchObject({ appended: 0, duplicate: 5000, refused: 0 });
  const events = await runtrail.events("runs/import");
  expect(events.map(({ payload }) => payload["i"])).toEqual(ids.map((_, i) => i));
});

test("names the lines that were refused, and stores the others in order", async () => {
  const lines = [
    line(0, { scope: "runs/partly" }),
    "not json",
    "",
    line(1, { scope: "runs/partly", type: "job.progress" }),
    line(2, { scope: "nowhere" }),
    line(3, { scope: "runs/partly" }),
    "[]",
  ];
  const { status, stdout, stderr } = await runtrail.run(["import", "-"], lines.join("\n"));
  expect(status).toBe(1);
  expect(stdout).toBe("2 appended, 0 were there already, 4 refused\n");
  expect([...stderr.matchAll(/^runtrail: line (\d+): /gm)].map(([, number]) => number)).toEqual([
    "2",
    "7",
    "4",
    "5",
  ]);
  const events = await runtrail.events("runs/partly");
  expect(events.map(({ payload }) => payload["i"])).toEqual([0, 3]);
});

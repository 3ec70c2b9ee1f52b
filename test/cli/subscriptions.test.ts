import { afterAll, beforeAll, expect, test } from "vitest";
import type { SubscriptionState } from "../../src/client/index.js";
import { openStream, readUntil } from "../http/sse-reader.js";
import { until } from "../fixtures/until.js";
import { Runtrail } from "./runtrail.js";

let runtrail: Runtrail;
beforeAll(async () => {
  runtrail = await Runtrail.start();
  for (let n = 0; n < 3; n++) {
    await runtrail.run(["emit", "runs/r-1", "test.noted", "--payload", "{}"]);
  }
});
afterAll(() => runtrail.close());

const shown = async (name: string) => {
  const { stdout } = await runtrail.run(["subscriptions", "show", name, "--json"]);
  return JSON.parse(stdout) as SubscriptionState;
};

test("are listed, shown and deleted", async () => {
  expect((await runtrail.run(["subscriptions"])).stdout).toBe(
    "There are no durable subscriptions.\n",
  );
  const stream = await openStream(`${runtrail.url}/v1/runs/r-1/stream?durable=auditor-1`);
  const blocks = await readUntil(stream.blocks, ({ id }) => id?.startsWith("3.") === true);
  expect(blocks.length).toBeGreaterThan(3);
  expect((await runtrail.run(["subscriptions"])).stdout).toMatch(
    /^NAME +READER +LAG +ACKNOWLEDGED +CREATED +SCOPE\nauditor-1 +yes +3 +0\.\w+ +[\d-]+ [\d:]+ +runs\/r-1\n$/,
  );
  stream.leave();
  await until("its reader is gone", async () => !(await shown("auditor-1")).isActive);
  const { stdout } = await runtrail.run(["subscriptions", "show", "auditor-1"]);
  expect(stdout).toMatch(/^auditor-1\n {2}scope +runs\/r-1\n {2}reader +none\n {2}lag +3 events/);
  const list = await runtrail.run(["subscriptions", "list", "--json"]);
  expect(JSON.parse(list.stdout)).toEqual(await shown("auditor-1"));
  const deleted = await runtrail.run(["subscriptions", "delete", "auditor-1"]);
  expect(deleted).toMatchObject({ status: 0, stdout: "deleted auditor-1\n", stderr: "" });
  const again = await runtrail.run(["subscriptions", "delete", "auditor-1"]);
  expect(again).toMatchObject({ status: 1, stdout: "" });
  expect(again.stderr).toMatch(/^runtrail: .*auditor-1.*\n$/);
});

test("a name that none can have is refused in words", async () => {
  const { status, stderr } = await runtrail.run(["subscriptions", "show", "no such"]);
  expect(status).toBe(1);
  expect(stderr).toMatch(/^runtrail: .+\n$/);
});

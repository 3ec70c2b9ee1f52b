import { afterAll, beforeAll, expect, test } from "vitest";
import { Runtrail } from "./runtrail.js";

let runtrail: Runtrail;
beforeAll(async () => {
  runtrail = await Runtrail.start();
});
afterAll(() => runtrail.close());

function emit(scope: string, subject: string, value: string) {
  const payload = JSON.stringify({ guest: { $personal: { subject, value } } });
  return runtrail.run(["emit", scope, "guest.greeted", "--payload", payload]);
}

async function replayed(scope: string, ...options: string[]): Promise<unknown[]> {
  const args = ["replay", scope, "--speed", "max", "--json", ...options];
  const { stdout } = await runtrail.run(args);
  const lines = stdout.split("\n").filter((line) => line !== "");
  return lines.map((line) => (JSON.parse(line) as { payload: { guest: unknown } }).payload.guest);
}

const ENCRYPTED = { $enc: expect.objectContaining({ alg: "A256GCM" }) as object };

test("personal data is shown to those who ask for it, until its subject is forgotten", async () => {
  const scope = "runs/guests";
  await emit(scope, "ana", "Ana Ferrer");
  await emit(scope, "bo", "Bo Berg");
  expect(await replayed(scope)).toEqual([ENCRYPTED, ENCRYPTED]);
  expect(await replayed(scope, "--reveal")).toEqual(["Ana Ferrer", "Bo Berg"]);

  const forgotten = await runtrail.run(["forget", "ana"]);
  expect(forgotten.status).toBe(0);
  expect(forgotten.stdout).toMatch(/^forgotten ana at \d{4}-\S+Z, key [0-9a-f]{32}\n$/);
  expect(await replayed(scope, "--reveal")).toEqual([ENCRYPTED, "Bo Berg"]);
  // Open scopes are incomplete, and nothing more is wrong with this one.
  expect(await runtrail.run(["verify", scope])).toMatchObject({ status: 3, stderr: "" });

  const again = await runtrail.run(["forget", "ana", "--json"]);
  const answer = JSON.parse(again.stdout) as { subject: string; forgottenAt: string };
  expect(answer.subject).toBe("ana");
  expect(forgotten.stdout).toContain(answer.forgottenAt);
});

test("tail shows personal data in lines for people", async () => {
  await emit("runs/line", "cy", "Cy Young");
  const tail = runtrail.begin(["tail", "runs/line", "--reveal"]);
  await tail.until(({ text }) => text.includes("Cy Young"));
  tail.kill("SIGINT");
  await tail.exited;
});

test.each([
  [["forget", "nobody"], 1, /^runtrail: No personal data of this subject/],
  [["forget", ".."], 2, /^runtrail: a subject has 1 to 256 characters/],
  [["forget"], 2, /missing required argument 'subject'/],
])("says in one line what is wrong with %j", async (args, expected, message) => {
  const { status, stderr } = await runtrail.run(args);
  expect(status).toBe(expected);
  expect(stderr).toMatch(message);
  expect(stderr.trimEnd().split("\n")).toHaveLength(1);
});

test("explains itself", async () => {
  const { status, stdout } = await runtrail.run(["forget", "--help"]);
  expect(status).toBe(0);
  expect(stdout).toContain("Exit codes: 0 the subject is forgotten;");
});

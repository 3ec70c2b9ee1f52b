import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startGateway } from "../fixtures/gateway.js";
import { append, draft } from "../http/requests.js";

interface Case {
  name: string;
  file: string;
  exit: number;
  why: string;
  findings: { check: string }[];
  known?: string;
  minSize?: number;
}

const VECTORS = new URL("../vectors/audit/", import.meta.url).pathname;
const { key: KEY, cases } = JSON.parse(readFileSync(join(VECTORS, "cases.json"), "utf8")) as {
  key: string;
  cases: Case[];
};
/** What the page of Python in the README looks at. */
const SEEN = "hash leaf prev index gap root inclusion size origin scope shape".split(" ");

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "runtrail-independent-"));
  const readme = readFileSync(new URL("../../README.md", import.meta.url), "utf8");
  const code = (language: string) => {
    const found = new RegExp(`\`\`\`${language}\n(.*?)\`\`\``, "s").exec(readme)?.[1];
    if (found === undefined) throw new Error(`the README shows no ${language}`);
    return found;
  };
  writeFileSync(join(folder, "check.py"), code("python"));
  writeFileSync(join(folder, "check-signature.sh"), code("sh"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** The status of the README's Python, and its last words. */
function check(file: string) {
  const run = spawnSync("python3", ["check.py", file], { cwd: folder, encoding: "utf8" });
  return { status: run.status, said: run.stdout + run.stderr };
}

function checkSignature(file: string, key = KEY) {
  const env = { ...process.env, KEY: key };
  const run = spawnSync("sh", ["check-signature.sh", file], { cwd: folder, env, encoding: "utf8" });
  return run.stdout.includes("Signature Verified Successfully") && run.status === 0;
}

const bundles = cases.filter(({ known, minSize }) => known === undefined && minSize === undefined);

describe("the README's Python", () => {
  test.each(bundles)("agrees about $name: $why", ({ file, exit, findings }) => {
    const { status, said } = check(join(VECTORS, file));
    expect(said).not.toContain("Traceback");
    // What it can see it finds; and it never finds fault with what we hold to be right.
    if (findings.some(({ check }) => SEEN.includes(check))) expect(status, said).toBe(1);
    if (status !== 0) expect([1, 2], said).toContain(exit);
  });
});

describe("the README's openssl", () => {
  const isSigned = ({ exit, findings }: Case) =>
    exit !== 2 && !findings.some(({ check }) => check === "signature");
  const notes = bundles.filter(
    ({ file }) => !["cut-off.ndjson", "receipt-edited.ndjson"].includes(file),
  );

  test.each(notes)("agrees about the checkpoint of $name", (attack) => {
    expect(checkSignature(join(VECTORS, attack.file))).toBe(isSigned(attack));
  });
});

test("both agree with our own command about a bundle that a server has given", async () => {
  const served = await startGateway();
  const drafts = [draft(1), draft(2, { payload: { text: "hé 😂 \u2028", big: 1e21, n: -0.5 } })];
  await append(served.url, "runs/r", drafts);
  await append(served.url, "runs/r/jobs/j", [draft(3)]);
  await append(served.url, "runs/r", [{ type: "run.completed", payload: { durationMs: 1 } }]);
  const verifierKey = served.gateway.sealer.state.keys[0]?.verifierKey ?? "";
  for (const path of ["runs/r/bundle", "bundle"]) {
    const file = join(folder, "real.bundle");
    const text = await (await fetch(`${served.url}/v1/${path}`)).text();
    const main = new URL("../../dist/cli/main.js", import.meta.url).pathname;
    const key = verifierKey || served.gateway.sealer.state.keys[0]?.verifierKey || "";
    writeFileSync(file, text);
    expect(check(file)).toMatchObject({ status: 0 });
    expect(checkSignature(file, key)).toBe(true);
    execFileSync(process.execPath, [main, "verify", file, "--key", key]);

    writeFileSync(file, text.replace('"n":2', '"n":7').replace("hé", "he"));
    expect(check(file)).toMatchObject({ status: 1 });
    const run = spawnSync(process.execPath, [main, "verify", file, "--key", key]);
    expect(run.status).toBe(1);
  }
  await served.stop();
});

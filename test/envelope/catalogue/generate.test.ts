import { execFile } from "node:child_process";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test, vi } from "vitest";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const output = "src/envelope/catalogue";
const generated = ["schemas", "payloads", "pack"].map((name) => `${output}/${name}.generated.ts`);

// Each run starts a process and loads a compiler.
vi.setConfig({ testTimeout: 30_000 });

interface Ended {
  code: number;
  output: string;
}

function generate(folder: string, ...args: string[]): Promise<Ended> {
  return new Promise((resolve) => {
    const script = join(folder, "schemas/generate.mjs");
    execFile(process.execPath, [script, ...args], (error, stdout, stderr) => {
      resolve({ code: Number(error?.code ?? 0), output: stdout + stderr });
    });
  });
}

let copy: string;
beforeAll(() => {
  // Inside the project, so that the script finds its dependencies.
  mkdirSync(join(root, "test-results"), { recursive: true });
  copy = mkdtempSync(join(root, "test-results", "generate-"));
  cpSync(join(root, "schemas"), join(copy, "schemas"), { recursive: true });
  for (const file of generated) cpSync(join(root, file), join(copy, file));
});
afterAll(() => {
  rmSync(copy, { recursive: true });
});

test("the committed TypeScript is what the schemas say", async () => {
  expect(await generate(root, "--check")).toEqual({ code: 0, output: "" });
});

test("a change of a schema is found, written once, and then left alone", async () => {
  const schema = join(copy, "schemas/payloads/run.paused.json");
  writeFileSync(schema, readFileSync(schema, "utf8").replace('"requestedBy": {', '"askedBy": {'));
  const payloads = join(copy, `${output}/payloads.generated.ts`);
  const pack = join(copy, `${output}/pack.generated.ts`);
  const before = { payloads: readFileSync(payloads, "utf8"), pack: statSync(pack).mtimeMs };

  const check = await generate(copy, "--check");
  expect(check.code).toBe(1);
  expect(check.output).toContain("payloads.generated.ts");
  expect(check.output).toContain("node schemas/generate.mjs");
  expect(readFileSync(payloads, "utf8")).toBe(before.payloads);

  expect((await generate(copy)).code).toBe(0);
  expect(readFileSync(payloads, "utf8")).toContain("askedBy?: string;");
  expect(statSync(pack).mtimeMs).toBe(before.pack);

  const written = statSync(payloads).mtimeMs;
  expect(await generate(copy)).toEqual({ code: 0, output: "" });
  expect(statSync(payloads).mtimeMs).toBe(written);
  expect((await generate(copy, "--check")).code).toBe(0);
});

test("a reference to a schema that does not exist is named", async () => {
  const schema = join(copy, "schemas/payloads/run.resumed.json");
  const text = readFileSync(schema, "utf8");
  writeFileSync(schema, text.replace("../common/labels.json", "../common/lables.json"));
  const { code, output: message } = await generate(copy, "--check");
  expect(code).not.toBe(0);
  expect(message).toContain("payloads/run.resumed.json refers to ../common/lables.json");
});

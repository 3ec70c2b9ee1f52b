import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { chromium, type Page } from "playwright-core";
import { build, type Rolldown } from "vite";
import { afterAll, beforeAll, expect, test } from "vitest";
import { programOf } from "../fixtures/debian-packages.js";

interface Case {
  name: string;
  file: string;
  known?: string;
  minSize?: number;
  exit: number;
  findings: Record<string, unknown>[];
}

interface Verified {
  verdict: string;
  findings: Record<string, unknown>[];
}

const VECTORS = new URL("../vectors/audit/", import.meta.url);
const read = (file: string) => readFileSync(new URL(file, VECTORS), "utf8");
const { key, cases } = JSON.parse(read("cases.json")) as { key: string; cases: Case[] };
const VERDICTS = { 0: "holds", 1: "tampered", 2: "undecided", 3: "incomplete" };

let page: Page;
let close: () => Promise<void>;

/** The verifier as a page gets it, with everything that it needs. */
async function bundled(): Promise<string> {
  const entry = fileURLToPath(new URL("browser-entry.ts", import.meta.url));
  const outputs = (await build({
    configFile: false,
    logLevel: "silent",
    build: { write: false, minify: false, lib: { entry, formats: ["es"] } },
  })) as Rolldown.RolldownOutput[];
  const [chunk, ...others] = outputs.flatMap(({ output }) => output);
  if (chunk?.type !== "chunk") throw new Error("the bundle has no code");
  expect(others).toEqual([]);
  expect(chunk.imports).toEqual([]);
  // Vite puts an empty module in the place of what a browser does not have.
  expect(chunk.moduleIds.filter((id) => id.includes("browser-external"))).toEqual([]);
  return chunk.code;
}

beforeAll(async () => {
  const code = await bundled();
  const browser = await chromium.launch({
    executablePath: programOf("chromium"),
    // Chromium refuses to run as root in its sandbox. A container's /dev/shm is small.
    args: ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--no-proxy-server"],
  });
  close = () => browser.close();
  page = await browser.newPage();
  await page.goto("about:blank");
  await page.addScriptTag({
    type: "module",
    content: `${code}\nglobalThis.verifyText = verifyText;`,
  });
  await page.waitForFunction("globalThis.verifyText !== undefined");
});
afterAll(() => close());

test.each(cases)("Chromium finds of $name what is to be found: $why", async (attack) => {
  const { file, known, minSize = 0, exit, findings } = attack;
  const parameters = [read(file), key, minSize, known === undefined ? null : read(known)];
  const call = `verifyText(${parameters.map((value) => JSON.stringify(value)).join(",")})`;
  const verified = await page.evaluate<Verified>(call);
  expect(verified.findings).toMatchObject(findings);
  // What was left out on purpose may be no matter to whoever says so.
  const verdict = VERDICTS[exit as keyof typeof VERDICTS];
  if (!("allowsRedacted" in attack)) expect(verified.verdict).toBe(verdict);
});

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { startGateway, type TestGateway } from "../fixtures/gateway.js";
import { startTestServer, type TestServer } from "../fixtures/nats.js";
import { append, newRun } from "../http/requests.js";
import { openBrowser, picture, type TestBrowser } from "./browser.js";

const folder = mkdtempSync(join(tmpdir(), "runtrail-proof-memory-"));
let browser: TestBrowser;
beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(async () => {
  await browser.close();
  rmSync(folder, { recursive: true });
});
afterEach(() => {
  expect(browser.complaints).toEqual([]);
});

/** Seals with a key; a log of its own where no server is given. */
function startWith(key: string, port = 0, nats?: TestServer): Promise<TestGateway> {
  const seal = { keyFile: join(folder, key), intervalMs: 100 };
  return startGateway({ seal, http: { port }, readModel: { isOn: true } }, nats);
}

async function record({ url }: TestGateway, run: string, word: string): Promise<void> {
  await append(url, run, [
    { type: "deploy.step", payload: { word } },
    { type: "run.completed", payload: { durationMs: 5 } },
  ]);
}

const verified = (page: Page) => page.locator('.proof-badge[data-proof="verified"]').waitFor();

/** A browser that has seen a run, and the same address with another log behind it. */
async function replaced(run: string, word: string, key: string): Promise<[Page, TestGateway]> {
  const honest = await startWith("key");
  await record(honest, run, "deployed");
  const page = await browser.open(`${honest.url}/${run}`);
  await verified(page);
  await page.goto("about:blank");
  const port = Number(new URL(honest.url).port);
  await honest.stop();
  const other = await startWith(key, port);
  await record(other, run, word);
  await page.goto(`${other.url}/${run}`);
  return [page, other];
}

test("a history that was written anew, with the right key, is not the one that this browser remembers", async () => {
  const [page, forged] = await replaced(newRun(), "never happened", "key");
  await page.locator('.proof-badge[data-proof="broken"]').click();
  await page.getByRole("dialog").waitFor();
  await picture(page, "proof-rewritten");
  await page.context().close();
  await forged.stop();
});

test("another key is trusted by the reader's own word alone, and vouches for no other history", async () => {
  const [page, other] = await replaced(newRun(), "deployed", "another-key");
  const strange = page.locator('.proof-badge[data-proof="new-key"]');
  await strange.click();
  await page.getByRole("dialog").waitFor();
  await picture(page, "proof-another-key");
  await page.reload();
  await strange.click();
  await page.getByRole("button", { name: "Trust the new key" }).click();
  await page.locator('.proof-badge[data-proof="broken"]').waitFor();
  await page.context().close();
  await other.stop();
});

test("a log that goes on under another key is verified once that is trusted", async () => {
  const nats = await startTestServer();
  const run = newRun();
  const before = await startWith("key", 0, nats);
  await record(before, run, "deployed");
  const page = await browser.open(`${before.url}/${run}`);
  await verified(page);
  const port = Number(new URL(before.url).port);
  await before.stop();
  const after = await startWith("next-key", port, nats);
  const next = newRun();
  await record(after, next, "deployed again");
  await page.goto(`${after.url}/${next}`);
  await page.locator('.proof-badge[data-proof="new-key"]').click();
  await page.getByRole("button", { name: "Trust the new key" }).click();
  await verified(page);
  // It is remembered.
  await page.goto(`${after.url}/${run}`);
  await verified(page);
  await page.context().close();
  await after.stop();
  await nats.stop();
});

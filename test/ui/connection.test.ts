import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { CuttingProxy } from "../fixtures/cutting-proxy.js";
import { startGateway, type TestGateway } from "../fixtures/gateway.js";
import { append, newRun } from "../http/requests.js";
import { openBrowser, picture, type TestBrowser } from "./browser.js";

let served: TestGateway;
let proxy: CuttingProxy;
let browser: TestBrowser;
beforeAll(async () => {
  served = await startGateway({ readModel: { isOn: true } });
  proxy = await CuttingProxy.inFrontOf(Number(new URL(served.url).port));
  browser = await openBrowser();
});
afterAll(async () => {
  await browser.close();
  await proxy.close();
  await served.stop();
});
afterEach(() => {
  expect(browser.complaints).toEqual([]);
});

const created = { type: "run.created", payload: { workflowId: "w", name: "Cut" } };
const logged = (message: string) => ({
  type: "log.appended",
  payload: { entries: [{ at: "2026-03-01T09:30:00.000Z", level: "info", message }] },
});

test("says that it reconnects and when, and goes on without a repetition or a hole", async () => {
  const run = newRun();
  await append(served.url, run, [created, logged("line 1")]);
  const page = await browser.open(`http://127.0.0.1:${proxy.port}/${run}?view=log`);
  const connection = page.locator(".connection");
  await connection.getByText("Connected").waitFor();

  // Nothing gets through: the next piece of each connection is its last.
  proxy.shouldCut = () => true;
  await append(served.url, run, [logged("line 2")]);
  await connection.getByText("Reconnecting").waitFor();
  await connection.getByText(/attempt \d+ failed, next in \d+ s/).waitFor();
  await picture(page, "connection-reconnecting");
  await append(served.url, run, [logged("line 3")]);

  // By itself it would wait, and try a WebSocket.
  const attempt = page.waitForRequest(/\/stream\?after=/);
  await connection.getByRole("button", { name: "Reconnect" }).click();
  await attempt;
  proxy.shouldCut = () => false;
  await connection.getByText("Connected").waitFor();
  await page.locator('[data-line="3"]').waitFor();
  await append(served.url, run, [logged("line 4")]);
  await page.locator('[data-line="4"]').waitFor();
  const lines = await page.locator(".log-message").allInnerTexts();
  expect(lines).toEqual(["line 1", "line 2", "line 3", "line 4"]);
});

test("keeps a list of runs right over an interruption", async () => {
  const page = await browser.open(`http://127.0.0.1:${proxy.port}/`);
  await page.getByText("Connected").waitFor();
  const run = newRun();
  proxy.shouldCut = () => true;
  await append(served.url, run, [created]);
  await page.getByText("Reconnecting").waitFor();
  await append(served.url, run, [{ type: "run.completed", payload: { durationMs: 10 } }]);
  proxy.shouldCut = () => false;
  await page.getByText("Connected").waitFor();
  await page
    .locator(`tr[data-run="${run.slice(5)}"]`)
    .getByText("Completed")
    .waitFor();
});

test("keeps more tabs up to date than a browser keeps connections open", async () => {
  const run = newRun();
  await append(served.url, run, [created, logged("line 1")]);
  const first = await browser.open(`${served.url}/${run}?view=log`);
  const tabs = [first];
  while (tabs.length < 8) tabs.push(await first.context().newPage());
  for (const tab of tabs.slice(1)) await tab.goto(`${served.url}/${run}?view=log`);
  for (const tab of tabs) await tab.locator(".connection").getByText("Connected").waitFor();
  await append(served.url, run, [logged("line 2")]);
  for (const tab of tabs) await tab.locator('[data-line="2"]').waitFor();
  await first.context().close();
});

test("says that a run has ended and nothing more will come", async () => {
  const run = newRun();
  await append(served.url, run, [created, { type: "run.completed", payload: { durationMs: 10 } }]);
  const page = await browser.open(`${served.url}/${run}`);
  await page.locator(".connection").getByText("Closed").waitFor();
  await page.getByTitle("It has ended, and everything is here.").waitFor();
});

test("says why a page cannot be shown", async () => {
  const page = await browser.open(`${served.url}/correlations/${encodeURIComponent("a b")}`);
  await page.getByText("There is no such page").waitFor();
});

import { createServer } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import type { Page } from "playwright-core";
import { startGateway } from "../fixtures/gateway.js";
import { getJson } from "../http/requests.js";
import { startServerProcess, type ServerProcess } from "../http/server-process.js";
import { openBrowser, picture, SMALL_AND_DARK, type TestBrowser } from "./browser.js";

let server: ServerProcess;
let browser: TestBrowser;
beforeAll(async () => {
  server = await startServerProcess();
  browser = await openBrowser();
});
afterAll(async () => {
  await browser.close();
  await server.stop();
});
afterEach(() => {
  expect(browser.complaints).toEqual([]);
});

const button = (page: Page) => page.getByRole("button", { name: "Run the sample pack" });
const isRunning = async () => (await getJson(`${server.url}/v1/sample-runs`)).body;

test("offers the sample pack where there is no run yet", async () => {
  for (const colorScheme of ["light", "dark"] as const) {
    const page = await browser.open(server.url, { colorScheme });
    await button(page).waitFor();
    await picture(page, `runs-empty-${colorScheme}`);
    await page.setViewportSize(SMALL_AND_DARK.viewport);
    await picture(page, `runs-empty-small-${colorScheme}`);
    await page.context().close();
  }
});

test("does not where the page came by another name, which may be anybody's", async () => {
  // A name that leads here, as an attacker's can be made to.
  const { port } = new URL(server.url);
  const page = await browser.open(`http://evil.localhost:${port}/`);
  await page.getByText("No runs yet").waitFor();
  expect(await button(page).count()).toBe(0);
  const status = await page.evaluate(
    async () => (await fetch("/v1/sample-runs", { method: "POST" })).status,
  );
  expect(status).toBe(403);
  expect(await isRunning()).toEqual({ running: null });
});

test("starts nothing for a page of another server, even one on this machine", async () => {
  const foreign = createServer((_, response) => response.end("<!doctype html>"));
  foreign.listen(0, "127.0.0.1");
  await once(foreign, "listening");
  const { port } = foreign.address() as AddressInfo;
  const page = await browser.open(`http://127.0.0.1:${port}/`);
  const answered = page.waitForResponse(/sample-runs/);
  await page.evaluate(
    (url) => fetch(url, { method: "POST", mode: "no-cors" }).then(() => undefined),
    `${server.url}/v1/sample-runs`,
  );
  expect((await answered).status()).toBe(403);
  await page.context().close();
  foreign.close();
  expect(await isRunning()).toEqual({ running: null });
});

test("does not where the server has a NATS of somebody else", async () => {
  const served = await startGateway({ readModel: { isOn: true } });
  const page = await browser.open(served.url);
  await page.getByText("No runs yet").waitFor();
  expect(await button(page).count()).toBe(0);
  await page.context().close();
  await served.stop();
});

test("starts it by a press, and shows its run as it goes on", async () => {
  const page = await browser.open(server.url);
  await button(page).focus();
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/runs\/sample-\w+$/);
  await page.getByRole("heading", { name: "A first look" }).waitFor();
  await page.getByText("Running").first().waitFor();
  await page.getByText("Search for primes").first().waitFor();
  await picture(page, "sample-running");
  const scope = new URL(page.url()).pathname.slice(1);
  expect(await isRunning()).toEqual({ running: scope });
  await page.getByText("Completed").first().waitFor({ timeout: 60_000 });
});

import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import type { Page } from "playwright-core";
import { jetstreamManager } from "@nats-io/jetstream";
import { connectNats } from "../../src/log/connect.js";
import { CuttingProxy } from "../fixtures/cutting-proxy.js";
import { startGateway, type TestGateway } from "../fixtures/gateway.js";
import { startTestServer, type TestServer } from "../fixtures/nats.js";
import { NoUpgrades } from "../fixtures/no-upgrades.js";
import { append, draft, newRun } from "../http/requests.js";
import { openBrowser, picture, type TestBrowser } from "./browser.js";

let nats: TestServer;
let served: TestGateway;
let browser: TestBrowser;
const portOf = (url: string) => Number(new URL(url).port);
beforeAll(async () => {
  nats = await startTestServer();
  served = await startGateway({ readModel: { isOn: true }, ringBytes: 20_000 }, nats);
  browser = await openBrowser();
});
afterAll(async () => {
  await browser.close();
  await served.stop();
  await nats.stop();
});
afterEach(() => {
  expect(browser.complaints).toEqual([]);
});

/** The server ends, something happens to the log, and another one begins at the same address. */
async function restart(meanwhile: () => Promise<unknown> = () => Promise.resolve()) {
  const port = portOf(served.url);
  await served.stop();
  await meanwhile();
  served = await startGateway(
    { readModel: { isOn: true }, ringBytes: 20_000, http: { port } },
    nats,
  );
}

const created = (name = "Hard") => ({ type: "run.created", payload: { workflowId: "w", name } });
const logged = (...messages: string[]) => ({
  type: "log.appended",
  payload: {
    entries: messages.map((message) => ({
      at: "2026-03-01T09:30:00.000Z",
      level: "info",
      message,
    })),
  },
});
const connected = (page: Page) => page.locator('[data-state="connected"]').waitFor();
const messages = (page: Page) => page.locator(".log-message").allInnerTexts();

test("is the same after a reload, and after a way there and back", async () => {
  const run = newRun();
  const many = Array.from({ length: 300 }, (_, i) => `line ${i + 1}`);
  const [first, second] = await append(served.url, run, [created(), logged(...many)]);
  const page = await browser.open(`${served.url}/${run}?line=212`);
  const region = page.getByRole("region", { name: "Line 212" });
  await region.waitFor();
  await page.reload();
  await region.waitFor();
  await page.locator('[data-line="212"]').waitFor();
  await page.getByRole("tab", { name: "Events" }).click();
  await page.getByRole("cell", { name: "log.appended" }).click();
  const detail = page.getByRole("region", { name: `Event ${second?.sequence}` });
  await detail.waitFor();
  await page.reload();
  await detail.waitFor();
  await page.getByRole("link", { name: "Runtrail, home" }).click();
  await page.getByRole("heading", { name: "Runs" }).waitFor();
  await page.goBack();
  await detail.waitFor();
  await page.goBack();
  await detail.waitFor({ state: "detached" });
  await page.goBack();
  await region.waitFor();
  await page.goto(`${served.url}/${run}#seq=${first?.sequence}`);
  await page.getByRole("region", { name: `Event ${first?.sequence}` }).waitFor();
});

test("says that an address names a line or an event that there is not", async () => {
  const run = newRun();
  await append(served.url, run, [created(), logged("one", "two")]);
  const page = await browser.open(`${served.url}/${run}?line=99`);
  await page.getByText("There is no line 99: the log has 2 lines so far.").waitFor();
  // It comes, and is gone to.
  await append(served.url, run, [logged(...Array.from({ length: 120 }, (_, i) => `more ${i}`))]);
  await page.getByRole("region", { name: "Line 99" }).waitFor();
  await page.goto(`${served.url}/${run}#seq=123456789`);
  await page.getByText("There is no event 123456789 here.").waitFor();
  await picture(page, "events-no-such");
});

test("finds its way back after the machine has slept through a dead connection", async () => {
  const run = newRun();
  await append(served.url, run, [created(), logged("before")]);
  const proxy = await CuttingProxy.inFrontOf(portOf(served.url));
  const page = await browser.open("about:blank");
  await page.clock.install();
  await page.goto(`http://127.0.0.1:${proxy.port}/${run}?view=log`);
  await page.getByText("before").waitFor();
  await connected(page);
  proxy.shouldStall = () => true;
  await append(served.url, run, [logged("while it slept")]);
  await expect.poll(() => proxy.stalls).toBeGreaterThan(0);
  // Nothing has said that the connection is dead.
  await page.clock.fastForward("02:00:00");
  await page.locator('[data-state="reconnecting"]').waitFor();
  proxy.shouldStall = () => false;
  await page.clock.fastForward("01:00");
  await connected(page);
  await append(served.url, run, [logged("after")]);
  await page.getByText("after", { exact: true }).waitFor();
  expect(await messages(page)).toEqual(["before", "while it slept", "after"]);
  await page.context().close();
  await proxy.close();
});

test("goes on over server-sent events where no WebSocket gets through", async () => {
  const run = newRun();
  await append(served.url, run, [created(), logged("one")]);
  const proxy = await NoUpgrades.inFrontOf(portOf(served.url));
  const page = await browser.open(`http://127.0.0.1:${proxy.port}/${run}?view=log`);
  const list = await browser.open(`http://127.0.0.1:${proxy.port}/`);
  await page.getByText("one", { exact: true }).waitFor();
  await connected(page);
  await connected(list);
  await append(served.url, run, [logged("two"), created("Renamed")]);
  await page.getByText("two", { exact: true }).waitFor();
  expect(await messages(page)).toEqual(["one", "two"]);
  const refused = proxy.refused;
  expect(refused).toBeGreaterThan(0);
  const other = newRun();
  await append(served.url, other, [created("Another")]);
  await list.getByRole("link", { name: "Another" }).waitFor();
  // It has stopped trying.
  expect(proxy.refused).toBe(refused);
  await page.context().close();
  await list.context().close();
  await proxy.close();
});

test("goes on where it was when the server has been restarted, in every tab", async () => {
  const run = newRun();
  await append(served.url, run, [created(), logged("one")]);
  const tabs = [await browser.open(`${served.url}/${run}?view=log`)];
  tabs.push(await browser.open(`${served.url}/${run}?view=log`));
  const list = await browser.open(served.url);
  for (const tab of [...tabs, list]) await connected(tab);
  await restart();
  await append(served.url, run, [logged("two")]);
  for (const tab of tabs) {
    await tab.getByText("two", { exact: true }).waitFor();
    await connected(tab);
    expect(await messages(tab)).toEqual(["one", "two"]);
  }
  await connected(list);
  const other = newRun();
  await append(served.url, other, [created("After the restart")]);
  await list.getByRole("link", { name: "After the restart" }).waitFor();
  for (const tab of [...tabs, list]) await tab.context().close();
});

test("says in place what was trimmed while it was away", async () => {
  const run = newRun();
  await append(served.url, run, [created(), logged("one")]);
  const page = await browser.open(`${served.url}/${run}?view=log`);
  await page.getByText("one", { exact: true }).waitFor();
  await connected(page);
  await restart(async () => {
    // Another server takes events meanwhile, and trims them.
    const elsewhere = await startGateway({ ringBytes: 20_000 }, nats);
    await append(elsewhere.url, run, [logged("lost"), logged("lost too")]);
    const [kept] = await append(elsewhere.url, run, [logged("kept")]);
    const { jsm, stream } = elsewhere.gateway.log;
    await append(
      elsewhere.url,
      newRun(),
      Array.from({ length: 200 }, (_, i) => draft(i)),
    );
    await jsm.streams.purge(stream, { seq: kept?.sequence ?? 0 });
    await elsewhere.stop();
  });
  await page.getByText("kept", { exact: true }).waitFor();
  const words = `Missing here: those up to event 4 of ${run}: they have reached the end of their retention.`;
  await page.locator(".log-row").nth(1).getByText(words).waitFor();
  expect(await messages(page)).toEqual(["one", "kept"]);
  await page.getByRole("tab", { name: "Timeline" }).click();
  await page.locator(".notice").getByText(words).waitFor();
  await picture(page, "timeline-gap");
  await page.context().close();
});

test("begins anew, and says so, when the log has been deleted and made again", async () => {
  const run = newRun();
  await append(served.url, run, [created("Old"), logged("old 1", "old 2")]);
  const page = await browser.open(`${served.url}/${run}?view=log`);
  const [, old] = await append(served.url, run, [logged("old 3"), logged("old 4")]);
  const past = await browser.open(`${served.url}/${run}?view=log&at=${old?.sequence}`);
  await past.getByText("old 4").waitFor();
  await connected(past);
  const list = await browser.open(served.url);
  await page.getByText("old 4").waitFor();
  await connected(page);
  await list.getByRole("link", { name: "Old" }).waitFor();
  await restart(async () => {
    const nc = await connectNats({ ...nats.server.connection, name: "test" });
    await (await jetstreamManager(nc)).streams.delete("RUNTRAIL");
    await nc.close();
  });
  await append(served.url, run, [created("New"), logged("new 1")]);
  await page.getByText("new 1").waitFor();
  await page.getByRole("heading", { name: "New" }).waitFor();
  await page.getByText(/the log was begun anew, and this is another one/).waitFor();
  expect(await messages(page)).toEqual(["new 1"]);
  await picture(page, "log-epoch");
  // As of an event of the log before, there is nothing any more.
  await past.getByText(/^No event here has come to sequence/).waitFor();
  expect(await messages(past)).toEqual(["new 1"]);
  await past.context().close();
  await page.getByRole("tab", { name: "Events" }).click();
  await page.getByText("2 events", { exact: true }).waitFor();
  await list.getByRole("link", { name: "New" }).waitFor();
  await list.getByRole("link", { name: "Old" }).waitFor({ state: "detached" });
});

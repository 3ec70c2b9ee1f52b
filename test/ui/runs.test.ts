import { expect, test } from "vitest";
import type { Page } from "playwright-core";
import { append } from "../http/requests.js";
import { attributesOf } from "./attributes.js";
import { openSite, picture, SMALL_AND_DARK } from "./browser.js";

const site = openSite();

const created = (workflowId: string, name?: string) => ({
  type: "run.created",
  payload: { workflowId, ...(name !== undefined && { name }) },
});
const started = (workflowId: string) => ({ type: "run.started", payload: { workflowId } });
const progress = (percentage: number) => ({
  type: "run.progress",
  payload: { completedSteps: 1, totalSteps: 8, percentage },
});
const completed = { type: "run.completed", payload: { durationMs: 1234 } };
const failed = {
  type: "run.failed",
  payload: { durationMs: 50, error: { code: "exit-1", message: "it broke", retryable: false } },
};

const row = (page: Page, runId: string) => page.locator(`tr[data-run="${runId}"]`);

test("says how to emit a first event, and shows the run that it makes by itself", async () => {
  const page = await site.browser.open(site.served.url);
  await page.getByText("No runs yet").waitFor();
  expect(await page.locator("code").allInnerTexts()).toContainEqual(
    expect.stringContaining(`${site.served.url}/v1/runs/hello/events`),
  );
  await picture(page, "runs-empty");
  await append(site.served.url, "runs/first", [created("greeting")]);
  await row(page, "first").getByText("Created").waitFor();
  await page.getByText("Connected").waitFor();
});

test("follows the runs that are listed, several at once", async () => {
  await append(site.served.url, "runs/a", [created("deploy", "Deploy A"), started("deploy")]);
  await append(site.served.url, "runs/b", [created("deploy", "Deploy B"), started("deploy")]);
  const page = await site.browser.open(site.served.url);
  await row(page, "a").getByText("Running").waitFor();
  await append(site.served.url, "runs/a", [progress(37.5)]);
  await append(site.served.url, "runs/b", [progress(50)]);
  await row(page, "a").getByText("38%").waitFor();
  await row(page, "b").getByText("50%").waitFor();
  await append(site.served.url, "runs/a", [completed]);
  await append(site.served.url, "runs/b", [failed]);
  await row(page, "a").getByText("Completed").waitFor();
  await row(page, "a").getByText("1.2 s").waitFor();
  await row(page, "b").getByText("Failed").waitFor();
  await row(page, "b").getByText("it broke").waitFor();
  const order = () => attributesOf(page.locator("tr[data-run]"), "data-run");
  await expect.poll(async () => (await order()).slice(0, 2)).toEqual(["b", "a"]);
  await picture(page, "runs");
});

test("lists only what the address asks for, and keeps to it", async () => {
  await append(site.served.url, "runs/c", [created("nightly", "Nightly C"), started("nightly")]);
  const page = await site.browser.open(`${site.served.url}/?workflow=nightly&status=running`);
  await row(page, "c").waitFor();
  expect(await page.locator("tr[data-run]").count()).toBe(1);
  expect(await page.getByLabel("Status").inputValue()).toBe("running");
  await append(site.served.url, "runs/d", [created("nightly", "Nightly D"), started("nightly")]);
  await row(page, "d").waitFor();
  await append(site.served.url, "runs/c", [completed]);
  await row(page, "c").waitFor({ state: "detached" });
});

test("puts filters into the address, and goes back", async () => {
  const page = await site.browser.open(site.served.url);
  await row(page, "a").waitFor();
  await page.getByLabel("Status").selectOption("failed");
  await row(page, "a").waitFor({ state: "detached" });
  await row(page, "b").waitFor();
  expect(new URL(page.url()).search).toBe("?status=failed");
  await page.getByLabel("Workflow").selectOption("deploy");
  await page.waitForURL(/workflow=deploy/);
  await page.goBack();
  await page.goBack();
  await row(page, "a").waitFor();
  await page.getByRole("searchbox").fill("deploy b");
  await page.waitForURL(/q=deploy\+b/);
  await row(page, "a").waitFor({ state: "detached" });
  await page.getByRole("searchbox").fill("no such thing");
  await page.getByText("No run matches").waitFor();
  await page.getByRole("button", { name: "Clear the filters" }).click();
  await row(page, "a").waitFor();
});

test("turns pages by cursor", async () => {
  for (let i = 0; i < 55; i++) await append(site.served.url, `runs/many-${i}`, [created("many")]);
  const page = await site.browser.open(`${site.served.url}/?workflow=many`);
  await row(page, "many-54").waitFor();
  expect(await page.locator("tr[data-run]").count()).toBe(50);
  await page.getByRole("button", { name: "Older" }).click();
  await row(page, "many-0").waitFor();
  expect(await page.locator("tr[data-run]").count()).toBe(5);
  await page.getByRole("button", { name: "Newest" }).click();
  await row(page, "many-54").waitFor();
});

test("leads to a run", async () => {
  const page = await site.browser.open(site.served.url, SMALL_AND_DARK);
  await page.goto(`${site.served.url}/?workflow=deploy`);
  await row(page, "a").waitFor();
  await picture(page, "runs-small-dark");
  await row(page, "a").getByRole("link").click();
  await page.waitForURL(/\/runs\/a$/);
  await page.getByRole("heading", { name: "Deploy A" }).waitFor();
});

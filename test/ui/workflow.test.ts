import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Page } from "playwright-core";
import { startGateway } from "../fixtures/gateway.js";
import { startTestServer } from "../fixtures/nats.js";
import { append, getJson } from "../http/requests.js";
import { openSite, picture, SMALL_AND_DARK } from "./browser.js";

const site = openSite();

const HOUR_MS = 60 * 60 * 1000;
const error = { code: "exit-1", message: "it broke", retryable: false };

/** A run of a workflow that began so long ago, and its end. */
async function record(
  run: string,
  workflowId: string,
  agoMs: number,
  durationMs: number,
  end: "completed" | "failed" | "timed_out" | "canceled" | "running" = "completed",
) {
  const at = (ms: number) => new Date(Date.now() - agoMs + ms).toISOString();
  return append(site.served.url, `runs/${run}`, [
    { type: "run.created", payload: { workflowId }, occurredAt: at(0) },
    { type: "run.started", payload: { workflowId }, occurredAt: at(0) },
    ...(end === "running"
      ? []
      : [
          {
            type: `run.${end}`,
            payload: { durationMs, ...(end === "failed" && { error }) },
            occurredAt: at(durationMs),
          },
        ]),
  ]);
}

/** A week of a workflow: mostly well, slower in the end, with a bad day. */
async function recordWeek(workflowId: string): Promise<void> {
  for (let i = 0; i < 60; i++) {
    const ago = (60 - i) * 2.5 * HOUR_MS;
    const seconds = 40 + ((i * 37) % 23) + (i > 45 ? 25 : 0);
    const end =
      i % 17 === 9 || (i > 28 && i < 33)
        ? "failed"
        : i === 20
          ? "timed_out"
          : i === 40
            ? "canceled"
            : "completed";
    await record(`${workflowId}-${i}`, workflowId, ago, seconds * 1000, end);
  }
  await record(`${workflowId}-now`, workflowId, 60_000, 0, "running");
}

const open = (path: string, options = {}) =>
  site.browser.open(`${site.served.url}/workflows/${path}`, options);
const fact = (page: Page, name: string) =>
  page.locator(".workflow-summary > div", { hasText: name }).locator("dd");
const durations = (page: Page) => page.getByRole("group", { name: /^Durations of/ });

test("shows how long runs take, how many go well, and the newest of them", async () => {
  await recordWeek("deploy");
  const page = await open("deploy");
  await page.getByRole("heading", { name: "deploy" }).waitFor();
  await fact(page, "Runs").getByText("61").waitFor();
  expect(await fact(page, "Success rate").innerText()).toBe("86.4%");
  // A point for each run that has ended, with a shape of its own for each end.
  const count = (status: string) => page.locator(`.plot .point-${status}`).count();
  const plot = durations(page);
  await plot.locator(".point").first().waitFor();
  expect(await plot.locator(".point").count()).toBe(60);
  expect(await plot.locator(".point-failed").count()).toBe(7);
  expect(await count("timed_out")).toBe(1);
  expect(await count("canceled")).toBe(1);
  const shapes = await Promise.all(
    ["completed", "failed", "timed_out", "canceled"].map((status) =>
      plot.locator(`.point-${status}`).first().getAttribute("d"),
    ),
  );
  expect(new Set(shapes).size).toBe(4);
  await page.getByText("Duration in seconds").waitFor();

  // The same, to be read.
  await page.getByText("Success rate as a table").click();
  const table = page.getByRole("table").filter({ hasText: "Timed out" });
  await table.getByRole("cell", { name: "100%" }).first().waitFor();
  await page.getByText("Success rate as a table").click();
  await page.getByText("Durations as a table").click();
  await page.getByRole("columnheader", { name: "95th percentile" }).waitFor();
  await page.getByText("Durations as a table").click();

  const counts = page.locator(".status-counts li");
  expect(await counts.filter({ hasText: "Failed" }).innerText()).toMatch(/7$/);
  expect(await page.locator("tr[data-run]").first().getAttribute("data-run")).toBe("deploy-now");
  await picture(page, "workflow-light");
  await page.emulateMedia({ colorScheme: "dark" });
  await picture(page, "workflow-dark");
  await counts.getByRole("link", { name: "Failed" }).click();
  await page.waitForURL(/\/\?workflow=deploy&status=failed&since=7d$/);
});

test("fits a small screen", async () => {
  const page = await open("deploy", SMALL_AND_DARK);
  await durations(page).locator(".point").first().waitFor();
  const overflow = () =>
    page
      .locator("main")
      .evaluate(
        (main: { scrollWidth: number; clientWidth: number }) => main.scrollWidth - main.clientWidth,
      );
  expect(await overflow()).toBe(0);
  await picture(page, "workflow-small-dark");
  await page.emulateMedia({ colorScheme: "light" });
  await picture(page, "workflow-small-light");
  await page.setViewportSize({ width: 320, height: 640 });
  expect(await overflow()).toBe(0);
});

test("is read by the keyboard, from run to run, and leads to one", async () => {
  const page = await open("deploy");
  const plot = durations(page);
  await plot.locator(".point").first().waitFor();
  await plot.focus();
  const told = page.getByRole("status").filter({ hasText: "deploy-" });
  await page.keyboard.press("ArrowLeft");
  await told.getByText("deploy-59", { exact: true }).waitFor();
  await page.keyboard.press("Home");
  await told.getByText("deploy-0", { exact: true }).waitFor();
  await page.keyboard.press("ArrowRight");
  await told.getByText("deploy-1", { exact: true }).waitFor();
  await told.getByText("Completed").waitFor();
  await picture(page, "workflow-chosen");
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/runs\/deploy-1$/);
});

test("is told by the mouse, and leads to the run under it", async () => {
  const page = await open("deploy");
  const point = durations(page).locator(".point-timed_out");
  await point.hover();
  const told = page.getByRole("status").filter({ hasText: "deploy-20" });
  await told.getByText("Timed out").waitFor();
  await point.click();
  await page.waitForURL(/\/runs\/deploy-20$/);
});

test("keeps the time that is looked at in the address", async () => {
  const page = await open("deploy");
  const pressed = (name: string) => page.getByRole("button", { name, pressed: true }).waitFor();
  await pressed("Last 7 days");
  await fact(page, "Runs").getByText("61").waitFor();
  await page.getByRole("button", { name: "Last 24 hours" }).click();
  await page.waitForURL(/\?since=24h$/);
  await fact(page, "Runs").getByText("10", { exact: true }).waitFor();
  await page.reload();
  await pressed("Last 24 hours");
  await page.goBack();
  await pressed("Last 7 days");
  await fact(page, "Runs").getByText("61").waitFor();
});

test("follows runs as they end, and asks for nothing while nothing happens", async () => {
  await record("live-1", "live", HOUR_MS, 2000);
  const page = await open("live");
  let asked = 0;
  page.on("request", (request) => {
    if (request.url().includes("/v1/stats")) asked++;
  });
  await fact(page, "Runs").getByText("1", { exact: true }).waitFor();
  await page.getByText("Connected").waitFor();
  // A single run is a point, and a median of its own.
  const points = durations(page).locator(".point");
  await points.first().waitFor();
  expect(await points.count()).toBe(1);
  expect(await fact(page, "Median").innerText()).toBe("2.0 s");
  await picture(page, "workflow-single");
  await record("live-2", "live", 1000, 1000, "failed");
  await fact(page, "Runs").getByText("2", { exact: true }).waitFor();
  await fact(page, "Success rate").getByText("50%").waitFor();
  await page.locator('tr[data-run="live-2"]').getByText("Failed").waitFor();
  await page.waitForLoadState("networkidle");
  await page.clock.install();
  asked = 0;
  // Less than after which a silent connection is taken for dead.
  await page.clock.runFor(10_000);
  await page.waitForLoadState("networkidle");
  expect(asked).toBe(0);
});

test("says that there is no run yet, and shows the first", async () => {
  const page = await open("new%20one");
  await page.getByText("No runs of this workflow yet").waitFor();
  await picture(page, "workflow-empty");
  await record("first-of-it", "new one", 0, 10);
  await page.locator('tr[data-run="first-of-it"]').waitFor();
  await durations(page).locator(".point").waitFor();
});

test("says that none is of the time that is looked at", async () => {
  await record("old-1", "old", 10 * 24 * HOUR_MS, 1000);
  const page = await open("old");
  await page.getByText("No run was created in this time: last 7 days.").waitFor();
  await page.locator('tr[data-run="old-1"]').waitFor();
  await picture(page, "workflow-none-in-time");
  await page.getByRole("button", { name: "Last 30 days" }).last().click();
  await durations(page).locator(".point").waitFor();
});

test("is led to by the list of runs and by a run, whatever the workflow is called", async () => {
  const id = "a/b ?#%41 <i>\u202e";
  await record("odd-1", id, 0, 10);
  const page = await site.browser.open(site.served.url);
  await page.locator('tr[data-run="odd-1"]').getByRole("link").last().click();
  await durations(page).locator(".point").waitFor();
  await page.locator('tr[data-run="odd-1"]').getByRole("link").click();
  await page.waitForURL(/\/runs\/odd-1$/);
  await page.locator(".facts").getByRole("link").click();
  await page.waitForURL((url) => url.pathname === `/workflows/${encodeURIComponent(id)}`);
  await durations(page).locator(".point").waitFor();
  await page.getByRole("link", { name: "All runs of this workflow" }).click();
  await page.locator('tr[data-run="odd-1"]').waitFor();
});

test("says when the numbers cannot be had, and asks again on demand", async () => {
  const nats = await startTestServer();
  const blocked = join(nats.dataFolder, "blocked");
  writeFileSync(blocked, "a file where a folder should be");
  const readModel = { isOn: true, file: join(blocked, "read-model.db") };
  const served = await startGateway({ readModel }, nats);
  try {
    await append(served.url, "runs/r-1", [{ type: "run.created", payload: { workflowId: "w" } }]);
    const page = await site.browser.open("about:blank");
    await page.clock.install();
    await page.goto(`${served.url}/workflows/w`);
    const alert = page.getByRole("alert");
    await alert.getByText(/This is not up to date: The read model cannot be read/).waitFor();
    await picture(page, "workflow-error");
    // What the page does by itself after a while is not what is tested.
    await page.clock.pauseAt(new Date(Date.now() + 60_000));
    rmSync(blocked);
    await expect
      .poll(async () => (await getJson(`${served.url}/v1/stats?workflowId=w`)).status, {
        timeout: 15_000,
      })
      .toBe(200);
    await alert.getByRole("button", { name: "Retry" }).click();
    await alert.waitFor({ state: "detached" });
    await fact(page, "Runs").getByText("1", { exact: true }).waitFor();
    await page.context().close();
  } finally {
    await served.stop();
    await nats.stop();
  }
});

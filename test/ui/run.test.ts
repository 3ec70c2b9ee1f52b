import { expect, test } from "vitest";
import { append, newRun } from "../http/requests.js";
import { attributesOf } from "./attributes.js";
import { openSite, picture, SMALL_AND_DARK } from "./browser.js";

const site = openSite();

const at = (ms: number) => new Date(Date.UTC(2026, 2, 1, 9, 30) + ms).toISOString();

test("shows a run as it goes on, from its first event to its end", async () => {
  const run = newRun();
  const page = await site.browser.open(`${site.served.url}/${run}`);
  await page.getByText("Waiting for its first event").waitFor();
  await append(site.served.url, run, [
    { type: "run.created", payload: { workflowId: "nightly", name: "Nightly build" } },
  ]);
  await page.getByRole("heading", { name: "Nightly build" }).waitFor();
  const head = page.locator(".run-head");
  await head.getByText("Created", { exact: true }).waitFor();
  await append(site.served.url, run, [
    { type: "run.started", payload: { workflowId: "w" } },
    { type: "run.progress", payload: { completedSteps: 1, totalSteps: 4, percentage: 25 } },
  ]);
  await head.getByText("Running", { exact: true }).waitFor();
  await head.getByText("25%").waitFor();
  // A duration that ticks.
  await head.getByText("2 s", { exact: true }).waitFor();
  await page.getByText(/\d+ m?s behind/).waitFor();
  await append(site.served.url, run, [
    {
      type: "run.failed",
      payload: {
        durationMs: 61_500,
        error: { code: "exit-1", message: "the build broke", retryable: false },
      },
    },
  ]);
  await head.getByText("Failed", { exact: true }).waitFor();
  await head.getByText("the build broke").waitFor();
  await head.getByText("1m 01s").waitFor();
  await page.locator('[data-state="closed"]').waitFor();
  expect(await page.title()).toBe("Failed · Nightly build · Runtrail");
});

test("copies what a run can be asked for by", async () => {
  const run = newRun();
  const [created] = await append(site.served.url, run, [
    { type: "run.created", payload: { workflowId: "w" }, correlationId: "order-17" },
  ]);
  const page = await site.browser.open(`${site.served.url}/${run}`);
  for (const [name, text] of [
    ["Copy correlation id", "order-17"],
    ["Copy scope", run],
    [`Copy cursor ${created?.cursor ?? ""}`, created?.cursor],
  ] as const) {
    await page.getByRole("button", { name, exact: true }).click();
    await page.getByRole("button", { name: "Copied" }).waitFor();
    expect(await page.evaluate("navigator.clipboard.readText()")).toBe(text);
    await page.getByRole("button", { name: "Copied" }).waitFor({ state: "detached" });
  }
});

test("leads from scope to scope, and keeps back and forward", async () => {
  const run = newRun();
  const job = `${run}/jobs/build`;
  await append(site.served.url, run, [
    { type: "run.created", payload: { workflowId: "w", name: "The run" } },
  ]);
  await append(site.served.url, job, [
    { type: "job.created", payload: { jobType: "command", name: "The job" } },
  ]);
  const page = await site.browser.open(`${site.served.url}/${job}`);
  await page.getByRole("heading", { name: "The job" }).waitFor();
  // A job is shown by its log.
  await page.getByRole("tab", { name: "Log", selected: true }).waitFor();
  const where = page.getByRole("navigation", { name: "Where this is" });
  await where.getByRole("link").nth(1).click();
  await page.getByRole("heading", { name: "The run" }).waitFor();
  await page.getByRole("tab", { name: "Timeline", selected: true }).waitFor();
  await page.getByRole("tab", { name: "Events" }).click();
  await page.waitForURL(/view=events/);
  await page.goBack();
  await page.getByRole("tab", { name: "Timeline", selected: true }).waitFor();
  await page.goBack();
  await page.getByRole("heading", { name: "The job" }).waitFor();
});

test("shows everything with a correlation id, of whichever scope", async () => {
  const [one, other] = [newRun(), newRun()];
  for (const run of [one, other]) {
    await append(site.served.url, run, [
      { type: "run.created", payload: { workflowId: "w" }, correlationId: "order-18" },
    ]);
  }
  const page = await site.browser.open(`${site.served.url}/correlations/order-18?view=events`);
  await page.getByText("2 scopes with this correlation id").waitFor();
  await page.getByRole("cell", { name: one }).waitFor();
  await page.getByRole("cell", { name: other }).waitFor();
});

test("draws a bar for each scope and node, with its waits and attempts", async () => {
  const run = newRun();
  const job = `${run}/jobs/upload`;
  await append(site.served.url, run, [
    { type: "run.created", occurredAt: at(0), payload: { workflowId: "w", name: "Build" } },
    { type: "run.started", occurredAt: at(1000), payload: { workflowId: "w" } },
    {
      type: "node.started",
      occurredAt: at(1500),
      payload: { nodeId: "fetch", nodeName: "Fetch sources" },
    },
    {
      type: "log.appended",
      occurredAt: at(2000),
      payload: {
        entries: [{ at: at(2000), level: "info", message: "half way", isMilestone: true }],
      },
    },
    {
      type: "node.completed",
      occurredAt: at(4000),
      payload: { nodeId: "fetch", durationMs: 2500 },
    },
  ]);
  await append(site.served.url, job, [
    {
      type: "job.created",
      occurredAt: at(2000),
      payload: { jobType: "command", name: "Upload", maxAttempts: 2 },
    },
    { type: "job.started", occurredAt: at(3000), payload: { jobType: "command", attempt: 1 } },
    {
      type: "job.attempt_failed",
      occurredAt: at(5000),
      payload: {
        attempt: 1,
        willRetry: true,
        error: { code: "exit-1", message: "hung up", retryable: true },
      },
    },
    { type: "job.started", occurredAt: at(7000), payload: { jobType: "command", attempt: 2 } },
    { type: "job.completed", occurredAt: at(9000), payload: { attempt: 2, durationMs: 2000 } },
  ]);
  await append(site.served.url, run, [
    { type: "run.completed", occurredAt: at(10_000), payload: { durationMs: 9000 } },
  ]);
  const page = await site.browser.open(`${site.served.url}/${run}`);
  const rows = page.getByRole("treeitem");
  await rows.nth(2).waitFor();
  expect(await rows.count()).toBe(3);
  const upload = page.locator(`[data-node="${job}"]`);
  const titles = () => attributesOf(upload.locator(".timeline-piece"), "title");
  // The events come in pieces, and the page draws each.
  await expect
    .poll(titles)
    .toEqual([
      "Queued, 1.0 s",
      "Attempt 1: Failed, 2.0 s",
      "Waiting for attempt 2, 2.0 s",
      "Attempt 2: Completed, 2.0 s",
    ]);
  await page.getByRole("img", { name: "Milestone: half way" }).waitFor();
  await picture(page, "timeline");

  await upload.click();
  expect(new URL(page.url()).searchParams.get("node")).toBe(job);
  const details = page.getByRole("region", { name: "Upload" });
  await details.getByText("Waiting for attempt 2").waitFor();
  await details.getByRole("link", { name: "Log" }).click();
  await page.getByRole("tab", { name: "Log", selected: true }).waitFor();
  await page.getByText("Nothing has been logged").or(page.getByText("No line passes")).waitFor();
  await page.goBack();
  await details.waitFor();

  const ticks = page.locator(".timeline-axis span");
  const before = await ticks.allInnerTexts();
  await page.getByRole("button", { name: "Zoom in" }).click();
  await expect.poll(() => ticks.allInnerTexts()).not.toEqual(before);
  await page.getByRole("button", { name: "Show all" }).click();
  await expect.poll(() => ticks.allInnerTexts()).toEqual(before);

  const small = await site.browser.open(`${site.served.url}/${run}`, SMALL_AND_DARK);
  await small.getByRole("treeitem").nth(2).waitFor();
  await picture(small, "timeline-small-dark");
});

test("shows an event as it is stored, by its sequence in the address", async () => {
  const run = newRun();
  const [, started] = await append(site.served.url, run, [
    { type: "run.created", payload: { workflowId: "w" } },
    { type: "run.started", payload: { workflowId: "w", worker: "w-7" } },
    { type: "deploy.step", payload: { html: "<img src=x onerror=alert(1)>" } },
  ]);
  if (started?.outcome !== "appended") throw new Error("it was not stored");
  const page = await site.browser.open(`${site.served.url}/${run}#seq=${started.sequence}`);
  const details = page.getByRole("region", { name: `Event ${started.sequence}` });
  await details.getByText(started.hash).waitFor();
  await details.getByText(started.cursor, { exact: true }).waitFor();
  await details.getByText('"w-7"').waitFor();
  await picture(page, "events");
  await page.getByRole("rowgroup").press("ArrowDown");
  await page.waitForURL(new RegExp(`#seq=${started.sequence + 1}$`));
  await page.getByText('"<img src=x onerror=alert(1)>"').waitFor();
  await page.goBack();
  await details.waitFor();
  await details.getByRole("button", { name: "Copy the event as it is stored" }).click();
  const copied = JSON.parse(String(await page.evaluate("navigator.clipboard.readText()"))) as {
    hash: string;
  };
  expect(copied.hash).toBe(started.hash);

  await page.getByLabel("Type").selectOption("run.*");
  await page.getByText("2 events", { exact: true }).waitFor();
  expect(new URL(page.url()).searchParams.get("type")).toBe("run.*");
});

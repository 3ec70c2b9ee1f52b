import { expect, test } from "vitest";
import type { Page } from "playwright-core";
import type { TimelineState } from "../../src/projections/timeline-state.js";
import { append, getJson, newRun } from "../http/requests.js";
import { attributesOf } from "./attributes.js";
import { openSite, picture, SMALL_AND_DARK } from "./browser.js";

const site = openSite();

/** So many seconds after the start. */
const at = (seconds: number) =>
  new Date(Date.UTC(2026, 2, 1, 9, 30) + seconds * 1000).toISOString();
const event = (type: string, seconds: number, payload: object) => ({
  type,
  occurredAt: at(seconds),
  payload,
});
const logged = (seconds: number, ...messages: string[]) =>
  event("log.appended", seconds, {
    entries: messages.map((message) => ({ at: at(seconds), level: "info", message })),
  });

/** A run with a job that fails once: 18 events over 90 seconds, in the order of the log. */
async function appendRun(name = "Nightly build") {
  const run = newRun();
  const job = `${run}/jobs/upload`;
  const told: [scope: string, drafts: object[]][] = [
    [
      run,
      [
        event("run.created", 0, { workflowId: "nightly", name }),
        event("run.started", 2, { workflowId: "nightly" }),
        event("node.started", 3, { nodeId: "fetch", nodeName: "Fetch sources" }),
        logged(5, "fetching 1 of 3", "fetching 2 of 3", "fetching 3 of 3"),
        event("node.completed", 12, { nodeId: "fetch", durationMs: 9000 }),
        event("run.progress", 12, { completedSteps: 1, totalSteps: 4, percentage: 25 }),
        event("node.started", 13, { nodeId: "test", nodeName: "Run the tests" }),
        logged(20, "suite one passed", "suite two passed"),
        event("node.completed", 32, { nodeId: "test", durationMs: 19_000 }),
        event("run.progress", 32, { completedSteps: 2, totalSteps: 4, percentage: 50 }),
      ],
    ],
    [
      job,
      [
        event("job.created", 33, { jobType: "command", name: "Upload", maxAttempts: 2 }),
        event("job.started", 35, { jobType: "command", attempt: 1 }),
        event("job.attempt_failed", 50, {
          attempt: 1,
          willRetry: true,
          error: { code: "exit-1", message: "hung up", retryable: true },
        }),
        event("job.started", 60, { jobType: "command", attempt: 2 }),
        logged(70, "uploaded"),
        event("job.completed", 80, { attempt: 2, durationMs: 20_000 }),
      ],
    ],
    [
      run,
      [
        event("run.progress", 85, { completedSteps: 4, totalSteps: 4, percentage: 100 }),
        event("run.completed", 90, { durationMs: 88_000 }),
      ],
    ],
  ];
  const results = [];
  for (const [scope, drafts] of told)
    results.push(...(await append(site.served.url, scope, drafts)));
  return { run, job, sequences: results.map(({ sequence }) => sequence) };
}

const slider = (page: Page) => page.getByRole("slider", { name: "As of which event" });
const bar = (page: Page) => page.getByRole("region", { name: "Time travel" });
const tab = (page: Page, name: string) => page.getByRole("tab", { name });
const asked = (page: Page) => new URL(page.url()).searchParams.get("at");

/** Drags the slider, as a hand does, to the `n`th event. */
async function drag(page: Page, n: number) {
  await slider(page).fill(String(n));
  await bar(page)
    .getByText(new RegExp(`event ${n} of `))
    .waitFor();
}

test("shows header, timeline and log as they were, and again as they are", async () => {
  const { run, job, sequences } = await appendRun();
  const page = await site.browser.open(`${site.served.url}/${run}`);
  const head = page.locator(".run-head");
  await head.getByText("Completed", { exact: true }).waitFor();
  await page.getByRole("button", { name: "Time travel" }).click();
  await bar(page).getByText(`event 18 of 18 (sequence ${sequences[17]})`).waitFor();
  expect(asked(page)).toBe(String(sequences[17]));
  expect(await page.evaluate("document.activeElement.type")).toBe("range");

  await drag(page, 14);
  const text = new RegExp(
    `^09:31:00\\.000, event 14 of 18, sequence ${sequences[13]}, job.started$`,
  );
  const spoken = (await slider(page).getAttribute("aria-valuetext")) ?? "";
  // The hour is the reader's own.
  expect(spoken.replace(/^\d\d:\d\d/, "09:31")).toMatch(text);
  await head.getByText("Running", { exact: true }).waitFor();
  await head.getByText("50%").waitFor();
  // As of then, and it does not tick: since it was started, two seconds after the first event.
  await head.getByText("58 s", { exact: true }).waitFor();
  const upload = page.locator(`[data-node="${job}"]`);
  const titles = () => attributesOf(upload.locator(".timeline-piece"), "title");
  await expect
    .poll(titles)
    .toEqual([
      "Queued, 2.0 s",
      "Attempt 1: Failed, 15.0 s",
      "Waiting for attempt 2, 10.0 s",
      "Attempt 2: Running, 0 ms",
    ]);
  // Two thirds of the way: the axis is that of all that there is.
  const now = await page.locator(".timeline-now").getAttribute("style");
  expect(now).toMatch(/left: 66\.6/);
  await picture(page, "travel-timeline");

  await tab(page, "Log").click();
  await tab(page, "Log 5").waitFor();
  expect(asked(page)).toBe(String(sequences[13]));
  // Nor is it forgotten where one went on from, however soon that was.
  await page.goBack();
  await page.getByRole("tab", { name: "Timeline", selected: true }).waitFor();
  expect(asked(page)).toBe(String(sequences[13]));
  await page.goForward();
  await tab(page, "Log 5").waitFor();
  const messages = () => page.locator(".log-message").allInnerTexts();
  expect(await messages()).toHaveLength(5);
  await drag(page, 4);
  await tab(page, "Log 3").waitFor();
  expect((await messages()).at(-1)).toBe("fetching 3 of 3");
  await picture(page, "travel-log");
  await tab(page, "Events").click();
  await tab(page, "Events 4").waitFor();
  await page.getByText("4 events", { exact: true }).waitFor();
  expect(await page.getByRole("cell", { name: "node.completed" }).count()).toBe(0);

  await page.getByRole("button", { name: "Back to now" }).click();
  await tab(page, "Events 18").waitFor();
  await head.getByText("Completed", { exact: true }).waitFor();
  expect(asked(page)).toBeNull();
  expect(await bar(page).count()).toBe(0);
  // And there again, and back again.
  await page.goBack();
  await bar(page).getByText("event 4 of 18").waitFor();
  await tab(page, "Events 4").waitFor();
  await page.goForward();
  await tab(page, "Events 18").waitFor();
});

test("says of every event what the server says of it", async () => {
  const { run, sequences } = await appendRun();
  const soon = AbortSignal.timeout(30_000);
  await site.served.gateway.readModel?.reached(sequences.at(-1) ?? 0, soon);
  const page = await site.browser.open(`${site.served.url}/${run}?view=events&at=${sequences[0]}`);
  const status = page.locator(".run-head .run-status");
  for (const [i, sequence] of sequences.entries()) {
    await drag(page, i + 1);
    const { body } = await getJson<TimelineState>(`${site.served.url}/v1/${run}?at=${sequence}`);
    const word = (await status.innerText()).trim().toLowerCase();
    expect({ i, word }).toEqual({ i, word: body.status });
    const { events, logEntries } = body.total.counts;
    const countOf = async (name: string) =>
      Number((await tab(page, name).locator(".run-tab-count").allInnerTexts())[0] ?? 0);
    expect({ i, events: await countOf("Events"), lines: await countOf("Log") }).toEqual({
      i,
      events,
      lines: logEntries,
    });
    const percent = await page.locator(".run-head .progress-number").allInnerTexts();
    expect({ i, percent }).toEqual({
      i,
      percent: body.progress === null ? [] : [`${Math.round(body.progress)}%`],
    });
  }
});

test("an address leads to what was then, also on a small screen at night", async () => {
  const { run, sequences } = await appendRun();
  const address = `${site.served.url}/${run}?view=log&at=${sequences[7]}`;
  for (const options of [{}, SMALL_AND_DARK, { colorScheme: "dark" } as const]) {
    const page = await site.browser.open(address, options);
    await bar(page).getByText(`event 8 of 18 (sequence ${sequences[7]})`).waitFor();
    await tab(page, "Log 5").waitFor();
    await page.getByText("suite two passed").waitFor();
    await page.reload();
    await tab(page, "Log 5").waitFor();
    expect(await page.getByText("uploaded").count()).toBe(0);
    // A page that was opened shows what was asked for, and takes no focus from its reader.
    expect(await page.evaluate("document.activeElement === document.body")).toBe(true);
    await tab(page, "Timeline").click();
    await page.getByRole("treeitem").nth(2).waitFor();
    if (options === SMALL_AND_DARK) await picture(page, "travel-small-dark");
    if (options !== SMALL_AND_DARK && "colorScheme" in options) await picture(page, "travel-dark");
    await page.context().close();
  }
  const small = await site.browser.open(address, { viewport: SMALL_AND_DARK.viewport });
  await tab(small, "Log 5").waitFor();
  await bar(small).waitFor();
  await picture(small, "travel-small");
});

test("goes by keys, an event at a time, and to either end", async () => {
  const { run, sequences } = await appendRun();
  const page = await site.browser.open(`${site.served.url}/${run}`);
  const { keyboard } = page;
  await page.getByRole("treeitem").first().waitFor();
  await keyboard.press("t");
  const is = (n: number) => bar(page).getByText(`event ${n} of 18`).waitFor();
  await is(18);
  await keyboard.press("ArrowLeft");
  await is(17);
  await keyboard.press("Home");
  await is(1);
  await keyboard.press("PageUp");
  await keyboard.press("PageDown");
  await keyboard.press("]");
  await is(2);
  await keyboard.press("[");
  await is(1);
  await expect(page.getByRole("button", { name: "One event back" }).isDisabled()).resolves.toBe(
    true,
  );
  await keyboard.press("End");
  await is(18);
  await expect.poll(() => asked(page)).toBe(String(sequences[17]));
  await keyboard.press("t");
  await bar(page).waitFor({ state: "detached" });
});

test("plays up to the end, with the log at its end all along", async () => {
  const { run } = await appendRun();
  const page = await site.browser.open(`${site.served.url}/${run}?view=log`);
  await page.getByRole("button", { name: "Time travel" }).click();
  await page.getByRole("button", { name: "60×" }).click();
  // At the end it begins at the start.
  await page.getByRole("button", { name: "Play", exact: true }).click();
  await tab(page, "Log 3").waitFor();
  await page.getByRole("button", { name: "Pause" }).click();
  const paused = Number(await slider(page).inputValue());
  expect(paused).toBeLessThan(18);
  await page.getByRole("button", { name: "Play", exact: true }).click();
  await bar(page).getByText("event 18 of 18").waitFor();
  await page.getByText("uploaded").waitFor();
  await page.getByRole("button", { name: "Play", exact: true }).waitFor();
});

test("events go on coming in behind the past, and are there on the way back", async () => {
  const run = newRun();
  const numbered = (from: number, count: number) =>
    logged(1, ...Array.from({ length: count }, (_, i) => `line ${from + i}`));
  const results = await append(site.served.url, run, [
    event("run.created", 0, { workflowId: "w", name: "Goes on" }),
    numbered(1, 200),
  ]);
  const page = await site.browser.open(`${site.served.url}/${run}?view=log`);
  await page.locator('[data-line="200"]').waitFor();
  await page.getByRole("button", { name: "Time travel" }).click();
  await bar(page).getByText("event 2 of 2").waitFor();
  await append(site.served.url, run, [
    numbered(201, 200),
    event("run.started", 2, { workflowId: "w" }),
  ]);
  await bar(page).getByText("event 2 of 4").waitFor();
  await page.locator('[data-state="connected"]').waitFor();
  await tab(page, "Log 200").waitFor();
  expect(await page.locator('[data-line="201"]').count()).toBe(0);
  await page.locator(".run-head").getByText("Created", { exact: true }).waitFor();

  // A line that came later: it is said, and the way to it is the way back.
  await page.goto(`${site.served.url}/${run}?at=${results[1]?.sequence}&line=300`);
  await page.getByText("Line 300 comes later: by then the log had 200 lines.").waitFor();
  await page.getByRole("button", { name: "Back to now" }).click();
  await page.getByRole("region", { name: "Line 300" }).waitFor();
  await page.locator('[data-line="300"]').waitFor();
  await page.locator(".run-head").getByText("Running", { exact: true }).waitFor();
});

test("links within the page keep the time, unless what they lead to came later", async () => {
  const { run, job, sequences } = await appendRun();
  const then = sequences[15] as number;
  const page = await site.browser.open(`${site.served.url}/${run}?at=${then}`);
  await page.locator(`[data-node="${job}"]`).click();
  await page.getByRole("region", { name: "Upload" }).getByRole("link", { name: "Log" }).click();
  await page.getByText("uploaded").waitFor();
  expect(asked(page)).toBe(String(then));
  await page.getByRole("button", { name: "Line 6" }).click();
  await page.getByRole("link", { name: `Event ${sequences[14]}` }).click();
  await page.getByRole("region", { name: `Event ${sequences[14]}` }).waitFor();
  await tab(page, "Events 16").waitFor();
  expect(asked(page)).toBe(String(then));
  // To what came later there is only the address.
  await page.goto(`${site.served.url}/${run}?view=events&at=${then}#seq=${sequences[17]}`);
  await page.getByText(`Event ${sequences[17]} comes later than what is shown.`).waitFor();
  await page.keyboard.press("t");
  await page.getByRole("region", { name: `Event ${sequences[17]}` }).waitFor();
});

test("says what an address means that is older or newer than all that there is", async () => {
  await appendRun();
  const { run, sequences } = await appendRun();
  const [first, last] = [sequences[0] as number, sequences[17] as number];
  const page = await site.browser.open(`${site.served.url}/${run}?at=${first - 1}`);
  await page
    .getByText(
      `Nothing here is as old as sequence ${first - 1}. This is as of the first event, ${first}.`,
    )
    .waitFor();
  await page.locator(".run-head").getByText("Created", { exact: true }).waitFor();
  await picture(page, "travel-before");
  await page.goto(`${site.served.url}/${run}?at=${last + 1000}`);
  await page
    .getByText(
      `No event here has come to sequence ${last + 1000}. This is as of the newest one, ${last}.`,
    )
    .waitFor();
  await page.locator(".run-head").getByText("Completed", { exact: true }).waitFor();
});

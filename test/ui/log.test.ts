import { expect, test } from "vitest";
import type { Page } from "playwright-core";
import { append, newRun } from "../http/requests.js";
import { attributesOf } from "./attributes.js";
import { openSite, picture, SMALL_AND_DARK } from "./browser.js";

const site = openSite();

type Entry = { message: string; level?: string } & Record<string, unknown>;

const created = { type: "run.created", payload: { workflowId: "w" } };
const logged = (...entries: Entry[]) => ({
  type: "log.appended",
  payload: { entries: entries.map((entry) => ({ at: AT, level: "info", ...entry })) },
});
const AT = "2026-03-01T09:30:00.000Z";
const numbered = (from: number, count: number) =>
  logged(...Array.from({ length: count }, (_, i) => ({ message: `line ${from + i}` })));

const line = (page: Page, number: number) => page.locator(`[data-line="${number}"]`);
const messageOf = (page: Page, number: number) => line(page, number).locator(".log-message");

test("shows a message as the text that it is, whatever it holds", async () => {
  const run = newRun();
  const messages = [
    "<script>window.harmed = 1</script><img src=x onerror='window.harmed = 1'>",
    "\u001b[31mred\u001b[0m \u001b[1;38;5;208morange\u001b[0m plain",
    "\u001b]8;;javascript:alert(1)\u0007a link\u001b]8;;\u0007\u001b[2J\u001b[H",
    "safe\u202Egnp.exe\u202C end",
    "x".repeat(10_000),
    "family 👩‍👩‍👧‍👦 bell \u0007 delete \u007f",
    "two\nlines",
    "",
  ];
  await append(site.served.url, run, [
    created,
    logged(...messages.map((message) => ({ message }))),
  ]);
  const page = await site.browser.open(`${site.served.url}/${run}?view=log`);
  await line(page, 8).waitFor();
  expect(await messageOf(page, 1).innerText()).toBe(messages[0]);
  expect(await page.evaluate("window.harmed")).toBeUndefined();
  expect(await messageOf(page, 2).innerText()).toBe("red orange plain");
  expect(await messageOf(page, 2).locator(".ansi-red-fg").innerText()).toBe("red");
  expect(await messageOf(page, 3).innerText()).toBe("a link");
  expect(await messageOf(page, 3).locator("a").count()).toBe(0);
  expect(await messageOf(page, 4).innerText()).toBe("safe[U+202E]gnp.exe[U+202C] end");
  expect(await messageOf(page, 5).innerText()).toContain("8,000 characters more");
  expect(await messageOf(page, 6).innerText()).toBe("family 👩‍👩‍👧‍👦 bell ␇ delete ␡");
  expect(await messageOf(page, 7).innerText()).toBe("two↵lines");
  // Every line has the same height: none breaks out of its own.
  for (const number of [1, 4, 5, 7, 8]) {
    expect((await line(page, number).boundingBox())?.height).toBe(20);
  }
  await picture(page, "log-hostile");
  await page.getByRole("button", { name: "Wrap" }).click();
  await expect
    .poll(async () => (await line(page, 5).boundingBox())?.height ?? 0)
    .toBeGreaterThan(100);
});

test("marks levels, standard error, milestones and what was left out", async () => {
  const run = newRun();
  await append(site.served.url, run, [
    created,
    logged(
      { message: "fine" },
      { message: "hm", level: "warning" },
      { message: "bad", level: "error", stream: "stderr", stackTrace: "at a.js:1" },
      { message: "from stderr", stream: "stderr" },
      { message: "Budget at 80 %", category: "business", isMilestone: true },
      { message: "chatty", level: "trace" },
    ),
    { type: "log.truncated", payload: { droppedEntries: 1200, reason: "too fast" } },
    logged({ message: "after the hole" }),
  ]);
  const page = await site.browser.open(`${site.served.url}/${run}?view=log`);
  await line(page, 7).waitFor();
  await line(page, 2).getByRole("img", { name: "warning" }).waitFor();
  await line(page, 3).getByRole("img", { name: "error" }).waitFor();
  await line(page, 4).getByTitle("standard error").waitFor();
  await line(page, 5).getByRole("img", { name: "milestone" }).waitFor();
  await page.getByText("1,200 lines were left out here by the producer: too fast.").waitFor();
  await picture(page, "log");

  const shown = () => attributesOf(page.locator("[data-line]"), "data-line");
  await page.getByLabel("Level").selectOption("warning");
  await expect.poll(shown).toEqual(["2", "3"]);
  await page.getByLabel("Level").selectOption("");
  await page.getByLabel("Lens").selectOption("business");
  await expect.poll(shown).toEqual(["5"]);
  await page.getByLabel("Lens").selectOption("");
  await page.getByRole("button", { name: "Milestones" }).click();
  await expect.poll(shown).toEqual(["5"]);
  expect(new URL(page.url()).search).toBe("?view=log&milestones=1");
  await page.reload();
  await line(page, 5).waitFor();
  expect(await shown()).toEqual(["5"]);

  const small = await site.browser.open(
    `${site.served.url}/${run}?view=log&line=3`,
    SMALL_AND_DARK,
  );
  await small.getByRole("region", { name: "Line 3" }).getByText("at a.js:1").waitFor();
  // What was there before is not new.
  await small.getByRole("button", { name: "Follow" }).waitFor();
  await picture(small, "log-small-dark");
});

test("goes to the line that the address names, among a hundred thousand", async () => {
  const run = newRun();
  await append(site.served.url, run, [created]);
  for (let i = 0; i < 10; i++) {
    await append(
      site.served.url,
      run,
      Array.from({ length: 10 }, (_, j) => numbered(i * 10_000 + j * 1000 + 1, 1000)),
    );
  }
  const page = await site.browser.open(`${site.served.url}/${run}?line=88888`);
  await line(page, 88_888).waitFor();
  expect(await messageOf(page, 88_888).innerText()).toBe("line 88888");
  await page.getByRole("region", { name: "Line 88888" }).waitFor();
  // Few of them are in the page.
  expect(await page.locator("[data-line]").count()).toBeLessThan(150);

  await page.getByRole("searchbox").fill("LINE 9999");
  // The first one from what is seen on, of 9999 and 99990 to 99999.
  await page.getByText("2 of 11", { exact: true }).waitFor();
  await page.getByRole("searchbox").press("Enter");
  await page.getByText("3 of 11", { exact: true }).waitFor();
  expect(await page.locator(".is-current mark").innerText()).toBe("line 9999");
  await page.getByRole("button", { name: "Previous match" }).click();
  await page.getByRole("button", { name: "Previous match" }).click();
  await page.getByText("1 of 11", { exact: true }).waitFor();
  await line(page, 9999).waitFor();
  await page.getByRole("searchbox").fill("not there");
  await page.getByText("No match").waitFor();
});

test("follows the end until the reader scrolls up, and says how much is new", async () => {
  const run = newRun();
  await append(site.served.url, run, [
    created,
    { type: "run.started", payload: { workflowId: "w" } },
    numbered(1, 500),
  ]);
  const page = await site.browser.open(`${site.served.url}/${run}?view=log`);
  await line(page, 500).waitFor();
  await append(site.served.url, run, [numbered(501, 100)]);
  await line(page, 600).waitFor();
  await page.getByRole("log").hover();
  await page.mouse.wheel(0, -3000);
  await line(page, 600).waitFor({ state: "detached" });
  await append(site.served.url, run, [numbered(601, 25)]);
  const button = page.getByRole("button", { name: "25 new lines" });
  await button.waitFor();
  await button.click();
  await line(page, 625).waitFor();
  await append(site.served.url, run, [
    numbered(626, 5),
    { type: "run.completed", payload: { durationMs: 10 } },
  ]);
  await line(page, 630).waitFor();
});

test("groups lines by step, and folds a step", async () => {
  const run = newRun();
  await append(site.served.url, run, [created]);
  for (const job of ["build", "test"]) {
    await append(site.served.url, `${run}/jobs/${job}`, [
      { type: "job.created", payload: { jobType: "command", name: `The ${job}` } },
      logged({ message: `${job} 1` }, { message: `${job} 2` }),
    ]);
  }
  const page = await site.browser.open(`${site.served.url}/${run}?view=log&group=1`);
  const heading = page.getByRole("button", { name: /The build/ });
  await heading.getByText("2 lines").waitFor();
  await messageOf(page, 4).waitFor();
  await heading.click();
  await line(page, 1).waitFor({ state: "detached" });
  expect(await messageOf(page, 3).innerText()).toBe("test 1");
});

test("hands the log on: copied, or as text, NDJSON and CSV", async () => {
  const run = newRun();
  await append(site.served.url, run, [created, logged({ message: "one" }, { message: "two" })]);
  const page = await site.browser.open(`${site.served.url}/${run}?view=log`);
  await line(page, 2).waitFor();
  await page.getByRole("button", { name: "Copy the lines that are shown" }).click();
  await page.getByRole("button", { name: "Copied" }).waitFor();
  const copied = String(await page.evaluate("navigator.clipboard.readText()"));
  expect(copied.split("\n").map((text) => text.slice(-3))).toEqual(["one", "two"]);

  await page.getByLabel("Download the log").click();
  for (const [title, ending] of [
    ["Text", "txt"],
    ["NDJSON", "ndjson"],
    ["CSV", "csv"],
  ] as const) {
    const download = page.waitForEvent("download");
    await page.getByRole("link", { name: title, exact: true }).click();
    expect((await download).suggestedFilename()).toMatch(new RegExp(`\\.${ending}$`));
  }
});

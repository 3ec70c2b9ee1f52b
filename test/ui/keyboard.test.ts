import type { Locator, Page } from "playwright-core";
import { beforeAll, expect, test } from "vitest";
import { append } from "../http/requests.js";
import { openSite, picture } from "./browser.js";

const site = openSite({ readModel: { isOn: true }, seal: { intervalMs: 100 } });

const AT = "2026-03-01T09:30:00.000Z";
const entries = (from: number, count: number) =>
  Array.from({ length: count }, (_, i) => ({
    at: AT,
    level: (from + i) % 10 === 0 ? "warning" : "info",
    message: `line ${from + i}`,
    isMilestone: (from + i) % 100 === 0,
  }));

beforeAll(async () => {
  const { url } = site.served;
  for (const run of ["one", "two"]) {
    await append(url, `runs/${run}`, [
      { type: "run.created", payload: { workflowId: `w-${run}`, name: `Run ${run}` } },
      { type: "node.started", payload: { nodeId: "fetch", nodeName: "Fetch" } },
      { type: "log.appended", payload: { entries: entries(1, 500) } },
    ]);
  }
  await append(url, "runs/one/jobs/build", [
    { type: "job.created", payload: { jobType: "command", name: "Build" } },
  ]);
});

/** More stops than any page has on the way to anything. */
const MAX_STOPS = 40;

const isFocused = async (element: Locator) =>
  (await element.and(element.page().locator(":focus")).count()) === 1;

/** Evaluated in the page: why the element with the focus cannot be seen to have it; empty where it can. */
const UNSEEN = `(() => {
  const element = document.activeElement;
  const name = element.outerHTML.slice(0, 120);
  // The page itself is no place to be pointed out.
  if (element === document.body || element.id === "content") return "";
  const { outlineStyle, outlineWidth } = getComputedStyle(element);
  if (outlineStyle === "none" || outlineWidth === "0px") return "no outline: " + name;
  const box = element.getBoundingClientRect();
  const isSeen = box.right > 0 && box.bottom > 0 && box.left < innerWidth && box.top < innerHeight;
  return isSeen && box.width > 0 && box.height > 0 ? "" : "out of sight: " + name;
})()`;

/** Presses Tab until something has the focus; on the way all that has it must be seen to. */
async function tabTo(page: Page, element: Locator, key = "Tab"): Promise<void> {
  for (let stops = 0; stops < MAX_STOPS; stops++) {
    await page.keyboard.press(key);
    expect(await page.evaluate(UNSEEN)).toBe("");
    if (await isFocused(element)) return;
  }
  throw new Error(`Tab does not lead to ${String(element)}`);
}

test("leads past the bar to a filter, and to a run in the list", async () => {
  const page = await site.browser.open(site.served.url);
  const { keyboard } = page;
  await page.locator('[data-run="one"]').waitFor();
  // What it is first of all.
  await tabTo(page, page.getByRole("link", { name: "Skip to the content" }));
  await picture(page, "keyboard-skip");
  await keyboard.press("Enter");
  await tabTo(page, page.getByRole("searchbox"));
  await keyboard.type("Run one");
  await page.locator('[data-run="two"]').waitFor({ state: "detached" });
  await tabTo(page, page.getByLabel("Status"));
  await keyboard.type("Comp");
  await page.getByText("No run matches").waitFor();
  await tabTo(page, page.getByRole("button", { name: "Clear the filters" }));
  await keyboard.press("Enter");
  await page.locator('[data-run="two"]').waitFor();
  await tabTo(page, page.getByRole("link", { name: "w-two" }));
  await keyboard.press("Enter");
  await page.getByRole("heading", { name: "w-two" }).waitFor();
  await page.goBack();
  await page.locator('[data-run="one"]').waitFor();
  await tabTo(page, page.getByRole("link", { name: "Run two" }));
  await picture(page, "keyboard-runs");
  await keyboard.press("Enter");
  await page.getByRole("heading", { name: "Run two" }).waitFor();
  // It goes on in the page that was opened, not at the start of everything.
  await tabTo(page, page.getByRole("navigation", { name: "Where this is" }).getByRole("link"));
  await page.context().close();
});

test("changes views by arrow keys, and opens and closes a bar of the timeline", async () => {
  const page = await site.browser.open(`${site.served.url}/runs/one`);
  const { keyboard } = page;
  await page.getByRole("treeitem").nth(2).waitFor();
  await tabTo(page, page.getByRole("tab", { name: "Timeline" }));
  for (const name of ["Log", "Events", "Timeline"]) {
    await keyboard.press("ArrowRight");
    await page.getByRole("tab", { name, selected: true }).waitFor();
    expect(await isFocused(page.getByRole("tab", { name }))).toBe(true);
  }
  await tabTo(page, page.getByRole("button", { name: "Zoom in" }));
  await keyboard.press("Enter");
  await tabTo(page, page.getByRole("button", { name: "Show all" }));
  await keyboard.press("Enter");
  const tree = page.getByRole("tree");
  await tabTo(page, tree);
  await keyboard.press("ArrowDown");
  await keyboard.press("ArrowDown");
  const detail = page.getByRole("region", { name: "Fetch" });
  await detail.waitFor();
  await page.locator('[data-node="runs/one#fetch"][aria-selected="true"]').waitFor();
  // Whoever hears the page is told which it is.
  const active = await tree.getAttribute("aria-activedescendant");
  expect(await page.locator(`[id="${active ?? ""}"]`).getAttribute("data-node")).toBe(
    "runs/one#fetch",
  );
  await tabTo(page, detail.getByRole("button", { name: "Close the details" }));
  await keyboard.press("Enter");
  await detail.waitFor({ state: "detached" });
  expect(await isFocused(tree)).toBe(true);
  await keyboard.press("ArrowDown");
  await page.getByRole("region", { name: "Run one" }).waitFor();
  await keyboard.press("ArrowLeft");
  await page.getByRole("treeitem").nth(1).waitFor({ state: "detached" });
  await keyboard.press("ArrowRight");
  await page.getByRole("treeitem").nth(1).waitFor();
  await keyboard.press("ArrowDown");
  await detail.waitFor();
  await tabTo(page, detail.getByRole("link", { name: "Log" }));
  await keyboard.press("Enter");
  await page.getByRole("tab", { name: "Log", selected: true }).waitFor();
  await page.context().close();
});

test("searches a log, opens its lines, and sets what of it is shown", async () => {
  const page = await site.browser.open(`${site.served.url}/runs/one?view=log`);
  const { keyboard } = page;
  const line = (number: number) => page.locator(`[data-line="${number}"]`);
  await line(500).waitFor();
  const field = page.getByRole("searchbox");
  await tabTo(page, field);
  await keyboard.type("line 49");
  const said = page.locator(".log-search").getByRole("status");
  // Of "line 4" there are 111.
  await said.getByText(/^\d+ of 11$/).waitFor();
  for (let i = 0; i < 2; i++) {
    const next = (parseInt(await said.innerText()) % 11) + 1;
    await keyboard.press("Enter");
    await said.getByText(`${next} of 11`, { exact: true }).waitFor();
  }
  const current = () => page.locator(".log-row.is-current").getAttribute("data-line");
  const there = await current();
  await keyboard.press("Shift+Enter");
  await expect.poll(current).toBe(String(Number(there) - 1));
  await tabTo(page, page.getByRole("button", { name: "Next match" }));
  await keyboard.press("Space");
  await expect.poll(current).toBe(there);
  await tabTo(page, page.getByRole("button", { name: "Previous match" }), "Shift+Tab");
  await keyboard.press("Space");
  await expect.poll(current).toBe(String(Number(there) - 1));
  await tabTo(page, field, "Shift+Tab");
  await keyboard.press("Control+A");
  await keyboard.press("Delete");

  await tabTo(page, page.getByLabel("Level"));
  await keyboard.type("warn");
  await line(499).waitFor({ state: "detached" });
  await keyboard.press("Home");
  await expect.poll(() => new URL(page.url()).searchParams.get("level")).toBe(null);
  for (const name of ["Milestones", "By step", "Wrap"]) {
    const option = page.getByRole("button", { name, exact: true });
    await tabTo(page, option);
    for (const isOn of ["true", "false"]) {
      await keyboard.press("Space");
      await expect.poll(() => option.getAttribute("aria-pressed")).toBe(isOn);
    }
  }
  await tabTo(page, page.getByLabel("Download the log"));
  await keyboard.press("Enter");
  await tabTo(page, page.getByRole("link", { name: "CSV" }));
  await picture(page, "keyboard-download");

  const list = page.getByRole("log");
  await tabTo(page, list);
  expect(await page.locator(".log-download[open]").count()).toBe(0);
  await keyboard.press("End");
  await line(500).waitFor();
  await keyboard.press("ArrowUp");
  await keyboard.press("ArrowUp");
  const number = page.getByRole("button", { name: "Line 499" });
  expect(await isFocused(number)).toBe(true);
  expect(await page.evaluate(UNSEEN)).toBe("");
  await picture(page, "keyboard-line");
  await keyboard.press("Enter");
  const detail = page.getByRole("region", { name: "Line 499" });
  await detail.waitFor();
  await tabTo(page, detail.getByRole("link", { name: /^Event/ }));
  await tabTo(page, detail.getByRole("button", { name: "Close the line" }));
  await keyboard.press("Escape");
  await detail.waitFor({ state: "detached" });
  expect(await isFocused(number)).toBe(true);
  await keyboard.press("Home");
  await line(1).waitFor();
  expect(await isFocused(list)).toBe(true);
  await keyboard.press("ArrowDown");
  expect(await isFocused(page.getByRole("button", { name: "Line 1", exact: true }))).toBe(true);
  // Once more it is one stop, whatever it holds.
  await tabTo(page, page.getByRole("button", { name: "Follow" }));
  await keyboard.press("Enter");
  await line(500).waitFor();
  await page.context().close();
});

test("leads through the events into one and back", async () => {
  const page = await site.browser.open(`${site.served.url}/runs/one?view=events`);
  const { keyboard } = page;
  await page.locator(".events-rows > .events-row").nth(2).waitFor();
  const list = page.getByRole("rowgroup").last();
  await tabTo(page, list);
  await keyboard.press("ArrowDown");
  await keyboard.press("ArrowDown");
  const detail = page.getByRole("region", { name: /^Event/ });
  await detail.getByText("node.started").waitFor();
  await tabTo(page, detail.getByRole("button", { name: "Copy the event as it is stored" }));
  await tabTo(page, detail.getByRole("button", { name: "Copy hash" }));
  await keyboard.press("Escape");
  await detail.waitFor({ state: "detached" });
  expect(await isFocused(list)).toBe(true);
  await page.context().close();
});

test("keeps the focus in a dialog, and gives it back", async () => {
  const page = await site.browser.open(`${site.served.url}/runs/one`);
  const { keyboard } = page;
  const badge = page.locator(".proof-badge");
  await badge.waitFor();
  await tabTo(page, badge);
  for (const close of ["Escape", "Close"]) {
    await keyboard.press("Enter");
    const dialog = page.getByRole("dialog", { name: "Proof" });
    await dialog.waitFor();
    const button = dialog.getByRole("button", { name: "Close" });
    if (!(await isFocused(button))) await tabTo(page, button);
    // Round and round, and never out into the page behind it.
    for (let i = 0; i < 15; i++) {
      await keyboard.press("Tab");
      const isIn = await page.evaluate(
        "document.activeElement === document.body || document.activeElement.closest('dialog') !== null",
      );
      expect(isIn).toBe(true);
    }
    if (close === "Close") {
      await tabTo(page, button);
      await keyboard.press("Enter");
    } else await keyboard.press("Escape");
    // Closed it is out of sight before it is out of the page, which takes it for open until then.
    await page.locator("dialog").waitFor({ state: "detached" });
    expect(await isFocused(badge)).toBe(true);
  }
  await keyboard.press("?");
  await page.getByRole("dialog", { name: "Keys" }).waitFor();
  // What a key does elsewhere it does not do behind a dialog.
  await keyboard.press("3");
  await page.getByRole("tab", { name: "Timeline", selected: true, includeHidden: true }).waitFor();
  await keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  expect(await isFocused(badge)).toBe(true);
  await page.context().close();
});

test("is never caught: Tab leads through every view and out again", async () => {
  const page = await site.browser.open("about:blank");
  for (const path of [
    "/",
    "/runs/one",
    "/runs/one?view=log&line=3",
    "/runs/one?view=events",
    "/correlations/a%20b",
  ]) {
    await page.goto(`${site.served.url}${path}`);
    await page
      .locator("[data-run], [data-node], [data-line], .events-row, .nothing")
      .first()
      .waitFor();
    for (const key of ["Tab", "Shift+Tab"]) {
      let stops = 0;
      let isOut = false;
      while (!isOut && stops++ < 2 * MAX_STOPS) {
        await page.keyboard.press(key);
        expect(await page.evaluate(UNSEEN)).toBe("");
        isOut = await page.evaluate<boolean>("document.activeElement === document.body");
      }
      expect({ path, key, isOut }).toEqual({ path, key, isOut: true });
    }
  }
  await page.context().close();
});

test("says by itself how a run stands, and that it has ended", async () => {
  const run = "runs/said";
  const { url } = site.served;
  await append(url, run, [
    { type: "run.created", payload: { workflowId: "w", name: "Said" } },
    { type: "run.started", payload: { workflowId: "w" } },
  ]);
  const page = await site.browser.open(`${url}/${run}`);
  const said = () => page.getByRole("status").allInnerTexts();
  await expect.poll(said).toContain("The status is Running.");
  await expect.poll(said).toContain("Connected");
  await append(url, run, [{ type: "run.completed", payload: { durationMs: 10 } }]);
  await expect.poll(said).toContain("The status is Completed.");
  await expect.poll(said).toContain("Closed");
  await page.context().close();
});

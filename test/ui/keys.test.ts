import { expect, test } from "vitest";
import { append } from "../http/requests.js";
import { openSite, picture } from "./browser.js";

const site = openSite();

test("leads from the list of runs into a log and through it by keys alone", async () => {
  const entries = Array.from({ length: 500 }, (_, i) => ({
    at: "2026-03-01T09:30:00.000Z",
    level: "info",
    message: `line ${i + 1}`,
  }));
  for (const run of ["runs/one", "runs/two"]) {
    await append(site.served.url, run, [
      { type: "run.created", payload: { workflowId: "w" } },
      { type: "log.appended", payload: { entries } },
    ]);
  }
  const page = await site.browser.open(site.served.url);
  const { keyboard } = page;
  await page.locator('tr[data-run="one"]').waitFor();
  await keyboard.press("j");
  await keyboard.press("j");
  await keyboard.press("k");
  await keyboard.press("j");
  await keyboard.press("Enter");
  await page.waitForURL(/\/runs\/one/);

  await page.getByRole("treeitem").first().waitFor();
  await keyboard.press("2");
  await page.locator('[data-line="500"]').waitFor();
  await keyboard.press("g");
  await page.locator('[data-line="1"]').waitFor();
  await keyboard.press("f");
  await page.locator('[data-line="500"]').waitFor();
  await keyboard.press("/");
  await keyboard.type("line 77");
  await page.getByText("1 of 1", { exact: true }).waitFor();
  await page.locator('.is-current[data-line="77"]').waitFor();

  await page.getByRole("searchbox").blur();
  await keyboard.press("3");
  await page.getByRole("rowgroup").waitFor();
  await keyboard.press("j");
  await page.waitForURL(/#seq=\d+$/);
  await page.getByRole("region", { name: /Event/ }).getByText("run.created").waitFor();

  await keyboard.press("?");
  const help = page.getByRole("dialog", { name: "Keys" });
  await help.getByText("Follow the end of the log").waitFor();
  await picture(page, "keys");
  await keyboard.press("Escape");
  await help.waitFor({ state: "detached" });
  expect(site.browser.complaints).toEqual([]);
});

import { test } from "vitest";
import { purgeThrough } from "../../src/log/prefix.js";
import { BOUND, reachBound } from "../readmodel/reach-bound.js";
import { openSite, picture } from "./browser.js";

const site = openSite({
  readModel: { isOn: true, bytes: BOUND },
  // Nothing is to notice that the log is trimmed by a test.
  seal: { isOn: false },
});

let runs = 0;

test("says that newer runs may be missing while the server cannot take them in, and why", async () => {
  const newest = await reachBound(site.served, () => `r-${++runs}`);
  const page = await site.browser.open(site.served.url);
  const alert = page.getByRole("alert").filter({ hasText: "bound-reached" });
  await alert.waitFor();
  await page.locator("tr[data-run]").first().waitFor();
  await picture(page, "runs-trouble");
  const workflow = await site.browser.open(`${site.served.url}/workflows/nightly`);
  await workflow.getByRole("alert").filter({ hasText: "bound-reached" }).waitFor();

  const { gateway } = site.served;
  await purgeThrough(gateway.log, gateway.readModel?.status.position ?? 0);
  await alert.waitFor({ state: "detached", timeout: 60_000 });
  await page.locator(`tr[data-run="${newest}"]`).waitFor();
});

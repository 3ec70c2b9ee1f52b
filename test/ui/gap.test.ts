import { expect, test } from "vitest";
import { append, draft, newRun } from "../http/requests.js";
import { openSite, picture } from "./browser.js";

// A ring that holds next to nothing, so that everything is read from the log.
const site = openSite({ ringBytes: 20_000 });

const line = (message: string) => ({
  type: "log.appended",
  payload: { entries: [{ at: "2026-03-01T09:30:00.000Z", level: "info", message }] },
});

test("says in place what can no longer be had", async () => {
  const run = newRun();
  const lines = Array.from({ length: 10 }, (_, i) => line(`line ${i + 1}`));
  const stored = await append(site.served.url, run, lines);
  await append(
    site.served.url,
    newRun(),
    Array.from({ length: 200 }, (_, i) => draft(i)),
  );
  const { jsm, stream } = site.served.gateway.log;
  await jsm.streams.purge(stream, { seq: (stored[5]?.sequence ?? 0) + 1 });

  const page = await site.browser.open(`${site.served.url}/${run}?view=log`);
  const words = `Missing here: events 1 to 6 of ${run}: they have reached the end of their retention.`;
  await page.locator(".log-row").first().getByText(words).waitFor();
  await expect
    .poll(() => page.locator(".log-message").allInnerTexts())
    .toEqual(["line 7", "line 8", "line 9", "line 10"]);
  await picture(page, "log-gap");
  await page.getByRole("tab", { name: "Events" }).click();
  await page.getByRole("cell").getByText(words).waitFor();
  expect(site.browser.complaints).toEqual([]);
});

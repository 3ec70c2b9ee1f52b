import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { append, newRun } from "../http/requests.js";
import { openSite, picture } from "./browser.js";

const site = openSite({ readModel: { isOn: true }, seal: { intervalMs: 100 } });

const steps = (count: number) =>
  Array.from({ length: count }, (_, n) => ({
    type: "deploy.step",
    payload: { word: `step-${n}` },
  }));

async function endedRun(): Promise<{ run: string; sequences: number[] }> {
  const run = newRun();
  const appended = await append(site.served.url, run, [
    ...steps(5),
    { type: "run.completed", payload: { durationMs: 5 } },
  ]);
  return { run, sequences: appended.map(({ sequence }) => sequence) };
}

/** Somebody between the browser and the server, who changes what is sent from some addresses. */
async function forger(part: RegExp, change: (text: string) => string): Promise<string> {
  const server = createServer((asked, answer) => {
    const { method, url = "/", headers } = asked;
    const onward = request(site.served.url + url, { method, headers }, (given) => {
      if (!part.test(url)) {
        answer.writeHead(given.statusCode ?? 500, given.headers);
        given.pipe(answer);
        return;
      }
      const { "content-length": _, ...rest } = given.headers;
      answer.writeHead(given.statusCode ?? 500, rest);
      given.setEncoding("utf8");
      given.on("data", (text: string) => answer.write(change(text)));
      given.on("end", () => answer.end());
    });
    onward.on("error", () => answer.destroy());
    asked.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test("says that a run is verified once all of it was checked in this browser", async () => {
  const { run } = await endedRun();
  const page = await site.browser.open(`${site.served.url}/${run}`);
  await page.locator('[data-proof="verified"]', { hasText: "6 events" }).waitFor();
  await page.locator('[data-proof="verified"]').click();
  const panel = page.getByRole("dialog");
  await panel.waitFor();
  await picture(page, "proof-verified");
});

test("says of a run that goes on what is sealed, and follows as more is", async () => {
  const run = newRun();
  await append(site.served.url, run, steps(3));
  const page = await site.browser.open(`${site.served.url}/${run}`);
  await page.locator('[data-proof="verified"]', { hasText: "3 events" }).waitFor();
  await append(site.served.url, run, steps(4));
  await page.locator('[data-proof="verified"]', { hasText: "7 events" }).waitFor();
});

test("the first key of a log is not that of a stranger", async () => {
  const { run } = await endedRun();
  let asked = 0;
  // As a server answers before it has sealed anything.
  const url = await forger(/\/v1\/keys/, (text) => (asked++ === 0 ? '{"keys":[]}' : text));
  const page = await site.browser.open(`${url}/${run}`);
  await page.locator('[data-proof="verified"]', { hasText: "6 events" }).waitFor();
  expect(asked).toBe(2);
});

test("names the event that was changed on its way to the page", async () => {
  const { run, sequences } = await endedRun();
  const url = await forger(/\/stream/, (text) => text.replace("step-2", "step-7"));
  const page = await site.browser.open(`${url}/${run}?view=events`);
  const badge = page.locator('[data-proof="broken"]');
  await badge.waitFor();
  expect(await badge.textContent()).toContain(`${sequences[2]}`);
  const marked = page.locator(".events-row.is-broken");
  await marked.getByRole("img", { name: "Broken: hash" }).waitFor();
  expect(await marked.count()).toBe(1);
  expect(await marked.getByRole("cell").first().innerText()).toBe(`${sequences[2]}`);
  await picture(page, "proof-broken");
});

test("names the event that was changed in what it was held against", async () => {
  const { run, sequences } = await endedRun();
  const url = await forger(/\/bundle/, (text) => text.replace("step-3", "step-8"));
  const page = await site.browser.open(`${url}/${run}?view=events`);
  const badge = page.locator('[data-proof="broken"]');
  await badge.waitFor();
  expect(await badge.textContent()).toContain(`${sequences[3]}`);
});

test("never says that what a stranger has signed is verified", async () => {
  const { run } = await endedRun();
  // One letter of each signature, wherever there is one.
  const url = await forger(/\/(?:bundle|checkpoints?|receipt)\b/, (text) =>
    text.replace(/(— [^ ]+ [A-Za-z0-9+/]{20})(.)/g, (_, start: string, one: string) => {
      return start + (one === "A" ? "B" : "A");
    }),
  );
  const page = await site.browser.open(`${url}/${run}`);
  await page.locator('[data-proof="broken"], [data-proof="unknown"]').waitFor();
  expect(await page.locator('[data-proof="verified"]').count()).toBe(0);
});

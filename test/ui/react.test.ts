import { readFileSync } from "node:fs";
import type { Page } from "playwright-core";
import { createElement, type ComponentType } from "react";
import { renderToString } from "react-dom/server";
import { afterAll, beforeAll, expect, test } from "vitest";
import { build, preview, type PreviewServer } from "vite";
import { append, newRun } from "../http/requests.js";
import { openSite, picture, SMALL_AND_DARK } from "./browser.js";

const site = openSite();

const EXAMPLE = new URL("../../examples/react/", import.meta.url).pathname;
const BUILT = new URL("../../test-results/react-example/", import.meta.url).pathname;
const COMPONENTS = new URL("../../dist/react/index.js", import.meta.url).href;
const STYLES = new URL("../../dist/react/style.css", import.meta.url).pathname;

let pages: PreviewServer;
beforeAll(async () => {
  const built = { outDir: BUILT, emptyOutDir: true };
  await build({ root: EXAMPLE, configFile: false, logLevel: "error", build: built });
  pages = await preview({
    root: EXAMPLE,
    configFile: false,
    logLevel: "error",
    build: built,
    preview: { host: "127.0.0.1", port: 0 },
  });
});
afterAll(() => pages.close());

const created = (name: string) => ({ type: "run.created", payload: { workflowId: "w", name } });
const started = { type: "run.started", payload: { workflowId: "w" } };
const logged = (...messages: string[]) => ({
  type: "log.appended",
  payload: {
    entries: messages.map((message) => ({
      at: "2026-03-01T09:30:00.000Z",
      level: "info",
      message,
    })),
  },
});

/** The example's page, from another origin than the server's, and what it holds open. */
async function open(
  scopes: readonly string[],
  options: Parameters<typeof site.browser.open>[1] = {},
) {
  const page = await site.browser.open("about:blank", options);
  const sockets: { isClosed(): boolean }[] = [];
  const streams = new Set<object>();
  page.on("websocket", (socket) => sockets.push(socket));
  page.on("request", (request) => {
    if (request.url().includes("/stream")) streams.add(request);
  });
  for (const over of ["requestfinished", "requestfailed"] as const) {
    page.on(over as "requestfinished", (request) => streams.delete(request));
  }
  const asked = new URLSearchParams({ url: site.served.url });
  for (const scope of scopes) asked.append("scope", scope);
  await page.goto(`${pages.resolvedUrls?.local[0] ?? ""}?${asked.toString()}`);
  const held = () => sockets.filter((socket) => !socket.isClosed()).length + streams.size;
  return { page, sockets, held };
}

const section = (page: Page, scope: string) =>
  page.getByRole("region", { name: scope, exact: true });

test("shows two runs beside each other as they go on, each by itself", async () => {
  const [one, other] = [newRun(), newRun()];
  const { url } = site.served;
  await append(url, one, [created("First"), started, logged("first 1", "first 2")]);
  await append(url, other, [created("Second"), started, logged("second 1")]);
  const { page, sockets } = await open([one, other]);
  const [left, right] = [section(page, one), section(page, other)];
  await left.getByRole("heading", { name: "First" }).waitFor();
  await right.getByRole("heading", { name: "Second" }).waitFor();
  await left.getByText("first 2", { exact: true }).waitFor();
  await right.getByText("second 1", { exact: true }).waitFor();
  await left.getByRole("treeitem", { name: "First" }).waitFor();
  // Whatever shows the same run shows it from one stream; its filtered events have one of their own.
  await expect.poll(() => sockets.length).toBe(4);

  await append(url, one, [logged("first 3")]);
  await append(url, `${one}/jobs/build`, [
    { type: "job.created", payload: { jobType: "command", name: "Build" } },
  ]);
  await append(url, one, [
    {
      type: "run.failed",
      payload: { durationMs: 5, error: { code: "e", message: "m", retryable: false } },
    },
  ]);
  await left.getByText("first 3", { exact: true }).waitFor();
  await left.getByRole("treeitem", { name: "Build" }).waitFor();
  await left.getByText("failed, 3 events of the run itself").waitFor();
  await right.getByText("running, 2 events of the run itself").waitFor();
  expect(await right.getByText(/^first/).count()).toBe(0);

  // What is selected is the component's own; the address is the page's.
  const address = page.url();
  await left.getByRole("button", { name: "Line 2" }).click();
  const detail = left.getByRole("region", { name: "Line 2" });
  await detail.getByText("first 2").waitFor();
  expect(await right.locator(".log-detail").count()).toBe(0);
  expect(await detail.getByRole("link", { name: /^Event/ }).getAttribute("href")).toMatch(
    new RegExp(`^${url}/${one}\\?view=events#seq=\\d+$`),
  );
  await left.getByRole("treeitem", { name: "Build" }).click();
  await left
    .getByRole("region", { name: "Build" })
    .getByRole("link", { name: "Its own page" })
    .waitFor();
  await left.getByRole("searchbox").fill("first 3");
  await left.getByText("1 of 1", { exact: true }).waitFor();
  expect(page.url()).toBe(address);
  await picture(page, "react");
  const small = await open([one], SMALL_AND_DARK);
  await section(small.page, one).getByText("first 3", { exact: true }).waitFor();
  await picture(small.page, "react-small-dark");
  await small.page.context().close();
  await page.context().close();
});

test("lets go of every stream when it is no longer shown, and begins again", async () => {
  const run = newRun();
  await append(site.served.url, run, [created("Shown"), started, logged("one")]);
  const { page, held } = await open([run]);
  await section(page, run).getByText("one", { exact: true }).waitFor();
  await expect.poll(held).toBe(2);
  await page.getByRole("button", { name: "Hide" }).click();
  await expect.poll(held).toBe(0);
  await append(site.served.url, run, [logged("two")]);
  await page.getByRole("button", { name: "Show" }).click();
  await section(page, run).getByText("two", { exact: true }).waitFor();
  await expect.poll(held).toBe(2);
  await page.context().close();
});

test("says in words what cannot be shown", async () => {
  const { page, held } = await open(["nothing/of-the-kind"]);
  const alert = section(page, "nothing/of-the-kind").getByRole("alert").first();
  await alert.getByText("This cannot be shown").waitFor();
  expect((await alert.getByRole("paragraph").innerText()).length).toBeGreaterThan(10);
  await expect.poll(held).toBe(0);
  await page.context().close();
});

test("leaves the page that it is in as it is", async () => {
  const { page } = await open([newRun()]);
  const looks = (tag: string) =>
    page.evaluate<Record<string, string>>(`(() => {
      const { fontFamily, fontSize, margin, color, display, boxSizing } = getComputedStyle(document.querySelector("${tag}"));
      return { fontFamily, fontSize, margin, color, display, boxSizing };
    })()`);
  await page.locator(".runtrail .nothing, .runtrail .log").first().waitFor();
  const withStyles = [
    await looks("h1"),
    await looks("button"),
    await looks("body"),
    await looks("h2"),
  ];
  expect(await page.evaluate("getComputedStyle(document.body).getPropertyValue('--canvas')")).toBe(
    "",
  );
  await page.evaluate(`(() => {
    for (const sheet of document.styleSheets) {
      for (let i = sheet.cssRules.length - 1; i >= 0; i--) {
        if (/runtrail/.test(sheet.cssRules[i].cssText)) sheet.deleteRule(i);
      }
    }
  })()`);
  expect(withStyles).toEqual([
    await looks("h1"),
    await looks("button"),
    await looks("body"),
    await looks("h2"),
  ]);
  await page.context().close();
});

test("renders on a server, where it connects to nothing", async () => {
  const { RunLog, RunTimeline } = (await import(COMPONENTS)) as Record<
    string,
    ComponentType<object>
  >;
  for (const component of [RunLog, RunTimeline]) {
    if (!component) throw new Error("it is not there");
    const element = createElement(component, { scope: "runs/r", className: "mine" } as object);
    expect(renderToString(element)).toBe('<div class="runtrail mine"></div>');
  }
});

test("has no style that applies outside of its class", () => {
  const styles = readFileSync(STYLES, "utf8");
  const names = [...styles.matchAll(/@keyframes ([\w-]+)/g)].map(([, name]) => name);
  expect(names).not.toEqual([]);
  for (const name of names) expect(name).toMatch(/^runtrail-/);
  const selectors = styles
    .replaceAll(/\/\*[^]*?\*\//g, "")
    .replaceAll(/@keyframes [^{]+\{(?:[^{}]*\{[^}]*\})*\s*\}/g, "")
    .match(/[^{}]+(?=\{)/g);
  expect(selectors?.length).toBeGreaterThan(100);
  for (const selector of (selectors ?? []).map((text) => text.trim())) {
    if (/^@(?:media|container)/.test(selector)) continue;
    for (const each of selector.split(/,(?![^(]*\))/)) {
      expect(each.trim()).toMatch(/^(?:\.runtrail\b|:where\(\.runtrail\))/);
    }
  }
});

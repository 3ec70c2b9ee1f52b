import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import type { AxeResults } from "axe-core";
import type { Page } from "playwright-core";
import { beforeAll, describe, expect, test } from "vitest";
import { append } from "../http/requests.js";
import { openSite, picture } from "./browser.js";

const site = openSite({ readModel: { isOn: true }, seal: { intervalMs: 100 } });

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** How people look at it. What moves is stopped, so that no colour is looked at half way to another. */
const SIZES = {
  large: { viewport: { width: 1440, height: 900 } },
  small: { viewport: { width: 390, height: 844 } },
} as const;
const SCHEMES = ["light", "dark"] as const;

/** Every view takes axe a second or two. */
const PATIENCE = { timeout: 180_000 };

const AT = "2026-03-01T09:30:00.000Z";
const RUN = "runs/full";

/** The views that there are, each by how one gets there. */
const VIEWS: Readonly<Record<string, (page: Page) => Promise<unknown>>> = {
  "list of runs": (page) => at(page, "/", '[data-run="full"]'),
  "list that nothing passes": (page) => at(page, "/?q=nothing-is-called-this", ".nothing"),
  timeline: (page) => at(page, `/${RUN}?view=timeline`, '[role="treeitem"]'),
  "detail of a bar": (page) =>
    at(page, `/${RUN}?view=timeline&node=${encodeURIComponent(`${RUN}#fetch`)}`, ".bar-marks"),
  "time travel": (page) => at(page, `/${RUN}?view=timeline&at=1`, ".travel-slider"),
  workflow: (page) => at(page, "/workflows/nightly", ".workflow-summary"),
  log: (page) => at(page, `/${RUN}?view=log`, '[data-line="1"]'),
  "log by step, with matches": (page) =>
    at(page, `/${RUN}?view=log&group=1&wrap=1&time=since&find=line`, "mark"),
  "detail of a line": (page) => at(page, `/${RUN}?view=log&line=2`, ".log-detail"),
  "menu of downloads": async (page) => {
    await at(page, `/${RUN}?view=log`, '[data-line="1"]');
    await page.getByLabel("Download the log").click();
  },
  "log of nothing": (page) => at(page, "/runs/quiet?view=log", ".nothing"),
  "line that there is not": (page) => at(page, `/${RUN}?line=9999`, ".notice"),
  events: (page) => at(page, `/${RUN}?view=events`, ".events-rows > .events-row"),
  "detail of an event": async (page) => {
    await at(page, `/${RUN}?view=events`, ".events-rows > .events-row");
    await page.getByRole("cell", { name: "deploy.step" }).click();
    await page.locator(".event").waitFor();
  },
  correlation: (page) =>
    at(page, `/correlations/order-9?view=events`, ".events-rows > .events-row"),
  proof: async (page) => {
    await at(page, `/${RUN}`, '[data-proof="verified"]');
    await page.locator(".proof-badge").click();
    await page.locator(".proof-facts").waitFor();
  },
  keys: async (page) => {
    await at(page, "/", '[data-run="full"]');
    await page.keyboard.press("?");
    await page.getByRole("dialog").waitFor();
  },
  "run that has not begun": (page) => at(page, "/runs/not-yet", ".nothing"),
  "page that there is not": (page) => at(page, "/correlations/a%20b", ".nothing"),
  "page that could not be shown": async (page) => {
    await page.route(/\/events-view-.*\.js$/, (route) => route.abort());
    await at(page, `/${RUN}?view=events`, ".nothing");
    await page.getByText("This page could not be shown").waitFor();
    await page.unroute(/\/events-view-.*\.js$/);
  },
  "page that cannot be had": async (page) => {
    // A gatekeeper before the server lets nobody follow.
    await page.route(/\/stream\?/, (route) => route.fulfill({ status: 403, body: "no" }));
    await at(page, "/runs/forbidden", ".nothing");
    await page.getByText("This cannot be shown").waitFor();
    await page.unroute(/\/stream\?/);
  },
};

async function at(page: Page, path: string, selector: string): Promise<void> {
  await page.goto(`${site.served.url}${path}`);
  await page.locator(selector).first().waitFor();
}

/** All rules, or those that depend on colours alone. */
type Rules = "all" | "colours";

/** What is wrong with a page, rule by rule. */
async function flawsOf(page: Page, rules: Rules = "all"): Promise<string[]> {
  // From outside the page, whose policy lets nothing in.
  await page.evaluate(AXE);
  const only = rules === "colours" ? ", runOnly: ['color-contrast', 'link-in-text-block']" : "";
  const { violations } = await page.evaluate<AxeResults>(
    `axe.run(document, { resultTypes: ['violations']${only} })`,
  );
  return violations.map(({ id, impact, help, nodes }) =>
    [`${impact ?? ""} ${id}: ${help}`, ...nodes.slice(0, 3).map(({ html }) => html)].join("\n  "),
  );
}

/** What is wrong with what is shown, in light and dark; keeps what it looks like. */
async function flawsInBoth(page: Page, name: string): Promise<Record<string, string[]>> {
  const found: Record<string, string[]> = {};
  for (const colorScheme of SCHEMES) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    // A scheme changes colours and nothing else, so that the other rules need not be asked again.
    const flaws = await flawsOf(page, colorScheme === "light" ? "all" : "colours");
    if (flaws.length > 0) found[`${name}, ${colorScheme}`] = flaws;
    await picture(page, `a11y ${name} ${colorScheme}`.replaceAll(/[ ,]+/g, "-"));
  }
  return found;
}

test("axe finds nothing wrong with a list without a run", async () => {
  for (const [size, options] of Object.entries(SIZES)) {
    const page = await site.browser.open(site.served.url, options);
    await page.getByText("No runs yet").waitFor();
    expect(await flawsInBoth(page, `empty list ${size}`)).toEqual({});
    await page.context().close();
  }
});

test("finds what is wrong where something is", async () => {
  const page = await site.browser.open(site.served.url);
  await page.evaluate(
    "document.querySelector('main').innerHTML = '<img src=\"/icon\"><button></button>'",
  );
  expect((await flawsOf(page)).join("\n")).toMatch(
    /image-alt[^]*button-name|button-name[^]*image-alt/,
  );
  await page.context().close();
});

const entry = (message: string, more: object = {}) => ({ at: AT, level: "info", message, ...more });
const error = { code: "exit-1", message: "It broke", retryable: false, stackTrace: "at a.js:1" };

/** Something of everything that is shown in a way of its own. */
async function appendAll(): Promise<void> {
  const more = { correlationId: "order-9", occurredAt: AT };
  const drafts = [
    { type: "run.created", payload: { workflowId: "nightly", name: "Nightly", triggeredBy: "ci" } },
    { type: "run.started", payload: { workflowId: "nightly", host: "host-1" } },
    { type: "run.progress", payload: { completedSteps: 1, totalSteps: 4, percentage: 25 } },
    { type: "node.started", payload: { nodeId: "fetch", nodeName: "Fetch" } },
    {
      type: "log.appended",
      payload: {
        entries: [
          entry("line 1", { nodeId: "fetch", isMilestone: true, userFriendlyMessage: "Half way" }),
          entry("line 2, \u001b[31mred\u001b[0m \u001b[42mon green\u001b[0m", {
            level: "error",
            stackTrace: "at a.js:1",
            technicalDetails: { a: 1 },
          }),
          ...["trace", "debug", "warning", "critical"].map((level) =>
            entry(`line, ${level}`, { level }),
          ),
          entry("line to stderr", { stream: "stderr" }),
          entry("Stage", { kind: "separator" }),
          entry(`long line ${"x".repeat(3000)}`),
        ],
      },
    },
    { type: "log.truncated", payload: { droppedEntries: 12, reason: "too fast" } },
    { type: "node.failed", payload: { nodeId: "fetch", durationMs: 5, error } },
    { type: "deploy.step", payload: { text: "step", list: [1, true, null] } },
  ];
  const { url } = site.served;
  await append(
    url,
    RUN,
    drafts.map((draft) => ({ ...more, ...draft })),
  );
  await append(url, `${RUN}/jobs/build`, [
    { ...more, type: "job.created", payload: { jobType: "command", name: "Build" } },
    { ...more, type: "job.started", payload: { jobType: "command", attempt: 1 } },
  ]);
  await append(url, RUN, [
    { ...more, type: "run.failed", payload: { durationMs: 10, error, reason: "a step failed" } },
  ]);
  for (const [run, type] of Object.entries({ quiet: "run.started", paused: "run.paused" })) {
    await append(url, `runs/${run}`, [
      { type: "run.created", payload: { workflowId: "nightly" } },
      { type, payload: { workflowId: "nightly", reason: "because" } },
    ]);
  }
}

describe("with something of everything", () => {
  beforeAll(appendAll);

  for (const [size, options] of Object.entries(SIZES)) {
    test(`axe finds nothing wrong with any view: ${size}`, PATIENCE, async () => {
      const page = await site.browser.open("about:blank", options);
      const found: Record<string, string[]> = {};
      for (const [name, show] of Object.entries(VIEWS)) {
        await show(page);
        Object.assign(found, await flawsInBoth(page, `${name} ${size}`));
      }
      expect(found).toEqual({});
      await page.context().close();
    });
  }
});

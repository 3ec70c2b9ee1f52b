import type { Locator, Page } from "playwright-core";
import { beforeAll, expect, test } from "vitest";
import { append, newRun, post } from "../http/requests.js";
import { openSite, picture, SMALL_AND_DARK } from "./browser.js";

const site = openSite();

/** What somebody may put into every text that they have a say in, by what they hope for. */
const HOSTILE: Readonly<Record<string, string>> = {
  script: "</script></title></textarea><script>window.__ran = 'script'</script>",
  handlers: `'"><img src=x onerror="window.__ran='img'"><svg onload="window.__ran='svg'">`,
  elements:
    "<style>*{display:none!important}</style><base href=https://elsewhere.example/>" +
    "<iframe src=https://elsewhere.example/></iframe><form action=https://elsewhere.example/>" +
    "<meta http-equiv=refresh content=0;url=https://elsewhere.example/><plaintext>",
  address: "javascript:window.__ran='address'//https://elsewhere.example/",
  templates: "{{constructor.constructor('window.__ran=1')()}} ${window.__ran=1} <%= 1 %> %s %c",
  members: "__proto__",
  hyperlink: "\u001b]8;;javascript:window.__ran=1\u001b\\press\u001b]8;;\u001b\\ and \u001b]8;;x",
  terminal:
    "\u001b[2J\u001b[H\u001b[999A\u001b[999Cmoved\u001b[?1049h\u001bc\u001b]0;title\u0007\u001b[8mhidden",
  colours:
    "\u001b[38;2;1;2;3;48;5;999;31mx\u001b[38;2;url(https://elsewhere.example)mx\u001b[4;9;7m",
  override: "safe\u202egnp.exe",
  embeddings: "\u202b\u2067\u2068\u202aunclosed",
  marks: "\u200f\u061c\u200e invisible \u200b\u2060\ufeff\u00ad \u2028 \u2029 \u{e0041}",
  rightToLeft: "مرحبا بالعالم (123) שלום",
  long: "x".repeat(10_000),
  words: "wide words ".repeat(900),
  zalgo: `Z${"\u0301\u0323".repeat(50)}algo${"\u0489".repeat(100)}`,
  tall: "﷽ ꧅ 𒐫 ⸻ ཧཱུྃ",
  emoji: "👩‍👩‍👧‍👦🏳️‍🌈👍🏽🇩🇪".repeat(20),
  controls: "\u0000\u0001\u0007\b\t\u000b\f\u000e\u001f\u007f\u0080\u009b31m\u009d8;;x\u009c",
  feeds: `${"\n".repeat(50)}below\r\noverwritten\rby this`,
};
const NAMES = Object.keys(HOSTILE);

/** Every text is looked at in every view. */
const PATIENCE = { timeout: 180_000 };

const AT = "2026-03-01T09:30:00.000Z";
const END = "2026-03-01T09:31:00.000Z";

/** At most so many code units of it, and no half of a pair. */
function fit(text: string, length: number): string {
  const cut = text.slice(0, length);
  return cut.isWellFormed() ? cut : cut.slice(0, -1);
}

/** As an address of an artifact: what may not be in one is left out. */
const asUri = (text: string) => `javascript:${fit(text, 2000).replaceAll(/\s/g, "") || "x"}`;

/** An event of every kind that says something of its own, with the text wherever it may be. */
function eventsOf(text: string) {
  const name = fit(text, 500);
  const error = {
    code: name,
    message: text,
    retryable: false,
    stackTrace: text,
    details: { text },
  };
  const labels = { a: fit(text, 100) };
  const more = { occurredAt: AT, source: fit(text, 250), actor: { subject: name } };
  const entry = {
    at: AT,
    level: "error",
    category: "business",
    isMilestone: true,
    message: text,
    userFriendlyMessage: text,
    stackTrace: text,
    technicalDetails: { [name]: text },
  };
  const digest = `sha256:${"0".repeat(64)}`;
  return [
    { type: "run.created", payload: { workflowId: name, name, triggeredBy: name, labels } },
    { type: "run.started", payload: { workflowId: name, name, host: name, worker: name } },
    {
      type: "run.progress",
      payload: { completedSteps: 1, totalSteps: 2, percentage: 50, message: text },
    },
    { type: "node.started", payload: { nodeId: name, nodeName: name, host: name } },
    { type: "log.appended", payload: { entries: [{ ...entry, nodeId: name }] } },
    { type: "log.truncated", payload: { droppedEntries: 3, reason: name } },
    {
      type: "artifact.created",
      payload: { uri: asUri(text), digest, mediaType: "text/html", sizeBytes: 1, name },
    },
    { type: "node.failed", payload: { nodeId: name, durationMs: 10, error } },
    { type: "deploy.step", payload: { [name]: text, message: text, deep: [{ [name]: [text] }] } },
    { type: "run.failed", occurredAt: END, payload: { durationMs: 10, error, reason: text } },
  ].map((event) => ({ ...more, ...event }));
}

/** The run in which every text is everywhere, and that of each text. */
const EVERYTHING = newRun();
const runOf = Object.fromEntries(NAMES.map((name) => [name, newRun()]));

beforeAll(async () => {
  const { url } = site.served;
  const [first, ...rest] = Object.values(HOSTILE).map(eventsOf);
  await append(url, EVERYTHING, [...(first ?? []).slice(0, -1)]);
  for (const events of rest) await append(url, EVERYTHING, events.slice(2, -1));
  for (const [i, text] of Object.values(HOSTILE).entries()) {
    const name = fit(text, 500);
    await append(url, `${EVERYTHING}/jobs/j-${i}`, [
      { type: "job.created", occurredAt: AT, payload: { jobType: name, name } },
      { type: "job.started", occurredAt: AT, payload: { jobType: name, attempt: 1, host: name } },
    ]);
  }
  for (const name of NAMES) await append(url, runOf[name] ?? "", eventsOf(HOSTILE[name] ?? ""));
});

const SIZES = { "1440x900": {}, "390x844": SMALL_AND_DARK } as const;

/** A page that notes whatever a text has managed to do. */
class Watched {
  readonly deeds: string[] = [];

  private constructor(readonly page: Page) {}

  static async open(options: Parameters<typeof site.browser.open>[1]): Promise<Watched> {
    const page = await site.browser.open("about:blank", options);
    const watched = new Watched(page);
    page.on("dialog", (dialog) => {
      watched.deeds.push(`dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    page.on("request", (request) => {
      if (!request.url().startsWith(site.served.url)) watched.deeds.push(`asked ${request.url()}`);
    });
    page.on("popup", (popup) => watched.deeds.push(`opened ${popup.url()}`));
    await page.addInitScript(`
      window.__violations = [];
      addEventListener("securitypolicyviolation", (event) => {
        window.__violations.push(event.violatedDirective + " " + event.blockedURI);
      });`);
    return watched;
  }

  async show(path: string): Promise<Page> {
    await this.page.goto(`${site.served.url}${path}`);
    return this.page;
  }

  /** Nothing ran, nothing was asked for, nothing sticks out, and rows are where they belong. */
  async expectUnharmed(what: string): Promise<void> {
    // Rows are measured once they are there.
    for (let frame = 0; frame < 3; frame++) await this.page.evaluate(NEXT_FRAME);
    const found = await this.page.evaluate<Record<string, unknown>>(FLAWS);
    expect({ what, ...found, deeds: this.deeds }).toEqual({
      what,
      ran: null,
      violations: [],
      addresses: [],
      wide: [],
      raw: [],
      rows: [],
      deeds: [],
    });
  }
}

const NEXT_FRAME = "new Promise((resolve) => requestAnimationFrame(() => resolve()))";

/** Would hide something, or turn around what stands beside it. */
// eslint-disable-next-line no-control-regex -- it is about control characters
const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;

/** Evaluated in the page. */
const FLAWS = `(() => {
  const CONTROLS = ${CONTROLS};
  const wide = [];
  for (const element of [document.documentElement, document.body, document.querySelector("main")]) {
    if (element.scrollWidth > element.clientWidth) {
      const right = element.getBoundingClientRect().right;
      const guilty = [...element.querySelectorAll("*")]
        .filter((each) => each.getBoundingClientRect().right > right + 1)
        .map((each) => each.tagName + "." + each.getAttribute("class"));
      wide.push(element.tagName + ": " + guilty.slice(0, 5).join(", "));
    }
  }
  // What is beside them can be scrolled to.
  for (const panel of document.querySelectorAll(
    ".bar-body, .event-body, .log-detail-body, .run-failure, .run-reason, .proof-body, .runs-table td",
  )) {
    const isCut = getComputedStyle(panel).overflowX === "hidden";
    if (panel.scrollWidth > panel.clientWidth && !isCut) wide.push(panel.className + " " + panel.scrollWidth);
    for (const word of panel.checkVisibility() ? panel.querySelectorAll("bdi") : []) {
      if (word.textContent !== "" && word.getBoundingClientRect().width < 1) wide.push("no room for " + word.textContent);
    }
  }
  const rows = [];
  for (const [selector, height] of [
    [".log[data-wrap=false] .log-row", 20],
    [".log[data-wrap=true] .log-row", undefined],
    [".events-rows > .events-row", 28],
    [".timeline-row", 30],
  ]) {
    const boxes = [...document.querySelectorAll(selector)]
      .map((row) => row.getBoundingClientRect())
      .sort((one, other) => one.top - other.top);
    for (const row of document.querySelectorAll(selector)) {
      if (getComputedStyle(row).overflowY === "visible" && row.scrollHeight > row.clientHeight) {
        rows.push(selector + " is too low for " + row.textContent);
      }
    }
    for (const [i, box] of boxes.entries()) {
      if (height !== undefined && box.height !== height) rows.push(selector + " is " + box.height + " high");
      const next = boxes[i + 1];
      if (next && next.top < box.bottom - 0.5) rows.push(selector + " " + i + " overlaps the next");
    }
  }
  const raw = [];
  const see = (text) => {
    if (CONTROLS.test(text ?? "")) raw.push(text.slice(0, 80));
  };
  const texts = document.createTreeWalker(document, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) see(texts.currentNode.data);
  for (const each of document.querySelectorAll("[title], [aria-label]")) {
    see(each.title);
    see(each.ariaLabel);
  }
  const addresses = [...document.querySelectorAll("[href], [src], [action]")]
    .flatMap((each) => [each.href, each.src, each.action])
    .filter((address) => typeof address === "string" && address !== "")
    .filter((address) => !address.startsWith(location.origin + "/") && !address.startsWith("blob:" + location.origin));
  return { ran: window.__ran ?? null, violations: window.__violations, addresses, wide, raw, rows };
})()`;

interface Scrolled {
  scrollTop: number;
  readonly clientHeight: number;
}

/** All rows of a list, one screen after the other. */
async function throughAll(list: Locator, look: () => Promise<void>): Promise<void> {
  for (;;) {
    await look();
    const hasMoved = await list.evaluate((element: Scrolled) => {
      const before = element.scrollTop;
      element.scrollTop += element.clientHeight - 40;
      return element.scrollTop > before;
    });
    if (!hasMoved) return;
  }
}

test("forbids scripts that are not the application's", async () => {
  const { headers } = await fetch(`${site.served.url}/${EVERYTHING}`);
  const policy = headers.get("content-security-policy") ?? "";
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("script-src 'self';");
  expect(policy).toContain("base-uri 'none'");
  expect(policy).toContain("form-action 'none'");
  expect(policy).not.toContain("unsafe");
});

test("stores no half of a surrogate pair", async () => {
  for (const text of ["\ud800", "a\udc00b"]) {
    const { body } = await post<[{ outcome: string }]>(`${site.served.url}/v1/${newRun()}/events`, [
      { type: "deploy.step", payload: { text } },
    ]);
    expect(body[0].outcome).toBe("invalid");
  }
});

for (const [size, options] of Object.entries(SIZES)) {
  test(
    `a list of runs holds against any name, workflow and error at ${size}`,
    PATIENCE,
    async () => {
      const watched = await Watched.open(options);
      const page = await watched.show("/");
      await page.locator(`tr[data-run="${EVERYTHING.slice(5)}"]`).waitFor();
      for (const run of Object.values(runOf)) {
        await page.locator(`tr[data-run="${run.slice(5)}"]`).waitFor();
      }
      await watched.expectUnharmed("runs");
      await picture(page, `hostile-runs-${size}`);
      // No row is made higher by what is in it.
      const boxes = await Promise.all(
        (await page.locator("tr[data-run]").all()).map((row) => row.boundingBox()),
      );
      const heights = boxes.map((box) => box?.height ?? 0);
      expect(Math.max(...heights) - Math.min(...heights)).toBeLessThanOrEqual(20);
      await page.context().close();
    },
  );

  test(`the head and each view of a run hold against any text at ${size}`, PATIENCE, async () => {
    const watched = await Watched.open(options);
    for (const name of NAMES) {
      const run = runOf[name] ?? "";
      const page = await watched.show(`/${run}`);
      await page.locator(".run-failure").waitFor();
      await page.getByRole("treeitem").nth(1).click();
      await page.locator(".bar-failure").waitFor();
      await page.locator(".bar-marks").waitFor();
      await watched.expectUnharmed(`${name}: timeline`);
      if (name === "zalgo" || name === "long") await picture(page, `hostile-${name}-${size}`);
      await page.getByRole("treeitem").first().click();
      await watched.expectUnharmed(`${name}: the bar of the run`);
      await page.getByRole("tab", { name: "Log" }).click();
      await page.getByRole("button", { name: "Line 1" }).click();
      await page.getByRole("region", { name: "Line 1" }).waitFor();
      await page.locator(".log-note").waitFor();
      await watched.expectUnharmed(`${name}: line`);
      for (const option of ["Wrap", "By step"]) {
        await page.getByRole("button", { name: option }).click();
        await watched.expectUnharmed(`${name}: log, ${option}`);
      }
    }
    await watched.page.context().close();
  });

  test(`lists of everything keep their rows in place at ${size}`, PATIENCE, async () => {
    const watched = await Watched.open(options);
    const page = await watched.show(`/${EVERYTHING}?view=timeline`);
    await page.getByRole("treeitem").nth(5).waitFor();
    await throughAll(page.getByRole("tree"), () => watched.expectUnharmed("timeline"));
    for (const query of ["", "&group=1", "&wrap=1", "&lens=business&wrap=1"]) {
      await watched.show(`/${EVERYTHING}?view=log${query}`);
      await page.locator(`[data-line]`).first().waitFor();
      await throughAll(page.getByRole("log"), () => watched.expectUnharmed(`log ${query}`));
    }
    await picture(page, `hostile-log-${size}`);
    await watched.show(`/${EVERYTHING}?view=events`);
    await page.locator(".events-rows > .events-row").nth(5).waitFor();
    await throughAll(page.getByRole("rowgroup"), () => watched.expectUnharmed("events"));
    await picture(page, `hostile-events-${size}`);
    await page.locator(".proof-badge").click();
    await page.getByRole("dialog").waitFor();
    await watched.expectUnharmed("proof");
    await watched.show(`/${EVERYTHING}?view=timeline&at=1`);
    await page.locator(".travel-slider").press("End");
    for (let step = 0; step < NAMES.length; step++) {
      await page.locator(".travel-slider").press("PageDown");
      await watched.expectUnharmed(`time travel, ${step} pages back`);
    }
    await page.context().close();
  });

  test(`the page of a workflow holds against any name at ${size}`, PATIENCE, async () => {
    const watched = await Watched.open(options);
    for (const [name, text] of Object.entries(HOSTILE)) {
      const page = await watched.show(`/workflows/${encodeURIComponent(fit(text, 500))}`);
      // A filter takes no NUL, and the page says so.
      await page.locator("tr[data-run], .workflow-error").first().waitFor();
      await watched.expectUnharmed(`workflow ${name}`);
      if (name === "long") await picture(page, `hostile-workflow-${size}`);
    }
    await watched.page.context().close();
  });

  test(`an event is shown with all that is in it at ${size}`, PATIENCE, async () => {
    const watched = await Watched.open(options);
    const page = await watched.show(`/${EVERYTHING}?view=events&type=deploy.*`);
    const list = page.getByRole("rowgroup");
    await page.locator(".events-rows > .events-row").first().waitFor();
    for (const name of NAMES) {
      await list.press("ArrowDown");
      const detail = page.getByRole("region", { name: /^Event / });
      const inText = JSON.stringify(HOSTILE[name]?.slice(0, 8)).slice(1, 5);
      if (/^[a-z<]+$/.test(inText)) await detail.getByText(inText).first().waitFor();
      await watched.expectUnharmed(`event ${name}`);
    }
    await picture(page, `hostile-event-${size}`);
    await page.context().close();
  });
}

/** What a row looks like, as far as it is on the screen. */
async function pictureOf(page: Page, row: Locator): Promise<string> {
  const box = await row.boundingBox();
  if (!box) throw new Error("the row is not shown");
  const { width = 0 } = page.viewportSize() ?? {};
  const right = Math.min(width, box.x + box.width);
  const clip = { x: box.x, y: box.y, width: right - box.x, height: box.height };
  return (await page.screenshot({ clip, animations: "disabled" })).toString("base64");
}

test(
  "no line of a log and no name of a bar changes what its neighbours look like",
  PATIENCE,
  async () => {
    const texts = Object.values(HOSTILE);
    const [harmful, harmless] = [newRun(), newRun()];
    for (const run of [harmful, harmless]) {
      const between = run === harmful ? texts : texts.map(() => "a");
      const messages = between.flatMap((text) => ["neighbour", text]);
      await append(site.served.url, run, [
        { type: "run.created", occurredAt: AT, payload: { workflowId: "w", name: "same" } },
        {
          type: "log.appended",
          occurredAt: AT,
          payload: {
            // The longest line says how far all can be scrolled to the side.
            entries: [...messages, "neighbour", "x".repeat(10_000)].map((message) => ({
              at: AT,
              level: "info",
              message,
            })),
          },
        },
        ...messages.map((message, i) => ({
          type: "node.queued",
          occurredAt: AT,
          payload: { nodeId: `n-${i}`, nodeName: fit(message, 500) },
        })),
        { type: "run.completed", occurredAt: END, payload: { durationMs: 60_000 } },
      ]);
    }
    const viewport = { width: 1440, height: 1800 };
    for (const query of ["view=log", "view=log&wrap=1"]) {
      const looks = [];
      for (const run of [harmless, harmful]) {
        const page = await site.browser.open(`${site.served.url}/${run}?${query}`, { viewport });
        const look: string[] = [];
        for (let i = 0; i < texts.length; i++) {
          const row = page.locator(`[data-line="${2 * i + 1}"]`);
          await row.scrollIntoViewIfNeeded();
          await page.mouse.move(0, 0);
          look.push(await pictureOf(page, row));
        }
        await picture(page, `hostile-neighbours-${run === harmful ? "harmful" : "harmless"}`);
        looks.push(look);
        await page.context().close();
      }
      const [plain = [], beside = []] = looks;
      const changed = NAMES.filter((_, i) => plain[i] !== beside[i]);
      expect({ query, changed }).toEqual({ query, changed: [] });
    }
    const looks = [];
    for (const run of [harmless, harmful]) {
      const page = await site.browser.open(`${site.served.url}/${run}?view=timeline`, { viewport });
      const rows = page.getByRole("treeitem");
      await rows.nth(2 * texts.length).waitFor();
      const look: string[] = [];
      for (let i = 0; i < texts.length; i++) look.push(await pictureOf(page, rows.nth(2 * i + 1)));
      looks.push(look);
      await page.context().close();
    }
    const [plain = [], beside = []] = looks;
    expect(NAMES.filter((_, i) => plain[i] !== beside[i])).toEqual([]);
  },
);

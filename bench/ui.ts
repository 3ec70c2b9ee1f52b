import { setTimeout as delay } from "node:timers/promises";
import { chromium, type Page } from "playwright-core";
import { appendDrafts } from "./drafts.js";
import { figure, median, type Figure } from "./figure.js";
import { withGateway, type Served } from "./gateway.js";
import { untilPosition } from "./read-position.js";

/** Of one run, each with so many lines. */
const EVENTS = 20_000;
const LINES_AN_EVENT = 5;
const LINES = EVENTS * LINES_AN_EVENT;
const APPEND_AT_ONCE = 5000;
const JOBS = 20;

const OPENINGS = 5;
const SCROLL_MS = 3000;
/** As fast as a wheel is turned, and as far as a scroll bar is drawn. */
const WHEEL_PX = 4000 * (SCROLL_MS / 1000);
const IDLE_MS = 10_000;
const LIVE = { perSecond: 2000, seconds: 5, aBatch: 100 };

const OPEN_MS = 2000;
const FRAMES_PER_SECOND = 50;
const HEAP_MB = 300;
const TASK_MS = 100;
/** Of one processor. */
const IDLE_SHARE = 0.01;

const AT = "2026-03-01T09:30:00.000Z";

function draftOf(scope: string, n: number): object {
  const entries = Array.from({ length: LINES_AN_EVENT }, (_, i) => ({
    at: AT,
    level: n % 50 === 0 ? "warning" : "info",
    message: `step ${n}.${i}: resolved dependency and linked the target in the layer cache`,
  }));
  return { type: "log.appended", scope: `${scope}/jobs/job-${n % JOBS}`, payload: { entries } };
}

/** Runs in the page: frames a second while the log is scrolled so far up from its end and back. */
const scroll = (px: number | "all") => `new Promise((resolve) => {
  const list = document.querySelector(".log-list");
  const end = list.scrollHeight - list.clientHeight;
  const far = ${px === "all" ? "end" : px / 2};
  const start = performance.now();
  let frames = 0;
  const step = (now) => {
    const share = (now - start) / ${SCROLL_MS};
    if (share >= 1) return resolve(frames / ((now - start) / 1000));
    frames++;
    list.scrollTop = end - far * (1 - Math.abs(1 - 2 * Math.max(0, share)));
    requestAnimationFrame(step);
  };
  requestAnimationFrame(step);
})`;

/** Runs in the page: keeps how long its longest task was; those below 50 ms are not told of. */
const WATCH_TASKS = `
  globalThis.longestTaskMs = 0;
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) longestTaskMs = Math.max(longestTaskMs, duration);
  }).observe({ type: "longtask" });
`;

/** Milliseconds until lines are drawn and the page answers, and until the last line of all is drawn. */
async function openLog(page: Page, { url }: Served, run: string) {
  const start = performance.now();
  await page.goto(`${url}/${run}?view=log`, { waitUntil: "commit" });
  await page.locator("[data-line]").first().waitFor();
  await page.keyboard.press("/");
  await page.locator("input:focus").waitFor();
  const answersMs = performance.now() - start;
  await page.locator(`[data-line="${LINES}"]`).waitFor();
  return { answersMs, wholeMs: performance.now() - start };
}

async function heapMb(page: Page): Promise<number> {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send("HeapProfiler.collectGarbage");
  const { usedSize } = await cdp.send("Runtime.getHeapUsage");
  await cdp.detach();
  return usedSize / 1e6;
}

/** What the page's thread works, of the time that passes. */
async function idleShare(page: Page): Promise<number> {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send("Performance.enable");
  const busySeconds = async () => {
    const { metrics } = await cdp.send("Performance.getMetrics");
    return metrics.find(({ name }) => name === "TaskDuration")?.value ?? NaN;
  };
  const [before, start] = [await busySeconds(), performance.now()];
  await delay(IDLE_MS);
  return ((await busySeconds()) - before) / ((performance.now() - start) / 1000);
}

/** The longest task while events come at a rate; the page must be at the end of the log all the time. */
async function liveTaskMs(page: Page, served: Served, run: string): Promise<number> {
  await page.evaluate(WATCH_TASKS);
  const batches = (LIVE.perSecond * LIVE.seconds) / LIVE.aBatch;
  const start = performance.now();
  for (let batch = 0; batch < batches; batch++) {
    await delay(Math.max(0, start + (batch * LIVE.seconds * 1000) / batches - performance.now()));
    await appendDrafts(served.url, LIVE.aBatch, (n) => draftOf(run, n));
  }
  const lines = LINES + LIVE.perSecond * LIVE.seconds * LINES_AN_EVENT;
  await page.locator(`[data-line="${lines}"]`).waitFor();
  return Number(await page.evaluate("longestTaskMs"));
}

function wanted(
  name: string,
  unit: string,
  ours: number,
  reference: number,
  goal: "atLeast" | "atMost",
  beside: Figure["beside"] = {},
): Figure {
  const measured = { name: `${name}; what is wanted`, unit, ours, reference, n: 1, beside };
  return figure(measured, goal === "atLeast" ? { atLeast: 1 } : { atMost: 1 });
}

/** How the page of a long run does in Chromium, without a graphics processor. */
export function uiFigures(): Promise<Figure[]> {
  return withGateway(async (served) => {
    const run = "runs/long";
    for (let n = 0; n < EVENTS; n += APPEND_AT_ONCE) {
      await appendDrafts(served.url, APPEND_AT_ONCE, (i) => draftOf(run, n + i));
    }
    await untilPosition(served, (position) => position >= EVENTS);
    const browser = await chromium.launch({
      executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
      args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-proxy-server"],
    });
    try {
      const opened = [];
      for (let i = 0; i < OPENINGS; i++) {
        const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
        opened.push(await openLog(page, served, run));
        await page.close();
      }
      const answersMs = median(opened.map((each) => each.answersMs));
      const wholeMs = median(opened.map((each) => each.wholeMs));
      const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
      await openLog(page, served, run);
      await page.locator('[data-proof="verified"]').waitFor();
      const lines = `${LINES} lines in ${EVENTS} events`;
      const wheeled = Number(await page.evaluate(scroll(WHEEL_PX)));
      const dragged = Number(await page.evaluate(scroll("all")));
      const heap = await heapMb(page);
      const idle = await idleShare(page);
      await page.locator(".log-list").press("End");
      const taskMs = await liveTaskMs(page, served, run);

      return [
        wanted(`${lines}: opened`, "ms", answersMs, OPEN_MS, "atMost", {
          "ms to the end": wholeMs,
        }),
        wanted(`${lines}: scrolled`, "frames/s", wheeled, FRAMES_PER_SECOND, "atLeast", {
          "frames/s from end to end": dragged,
        }),
        wanted(`${lines}: heap`, "MB", heap, HEAP_MB, "atMost"),
        wanted("open, and nothing happens: busy", "of the time", idle, IDLE_SHARE, "atMost"),
        wanted(`${LIVE.perSecond} events/s come: longest task`, "ms", taskMs, TASK_MS, "atMost"),
      ];
    } finally {
      await browser.close();
    }
  });
}

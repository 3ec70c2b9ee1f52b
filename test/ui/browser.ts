import { mkdirSync } from "node:fs";
import { chromium, type Browser, type BrowserContextOptions, type Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect } from "vitest";
import { programOf } from "../fixtures/debian-packages.js";
import { startGateway, type Settings, type TestGateway } from "../fixtures/gateway.js";

const SCREENSHOTS = new URL("../../test-results/ui/", import.meta.url).pathname;

/** Longer than anything that a test waits for takes. */
const TIMEOUT_MS = 30_000;

/** Chromium, and what it found wrong with the pages that it was shown. */
export interface TestBrowser {
  /** A page of its own, on an address. */
  open(url: string, options?: BrowserContextOptions): Promise<Page>;
  /** Errors of scripts, and what the Content-Security-Policy has kept from happening. */
  complaints: string[];
  close(): Promise<void>;
}

/** What the tests of a file share. It is there once they run. */
export interface Site {
  readonly served: TestGateway;
  readonly browser: TestBrowser;
}

/** A server and a browser for all tests of a file; after each, the browser must have had nothing to complain of. */
export function openSite(settings: Settings = { readModel: { isOn: true } }): Site {
  const site = {} as { served: TestGateway; browser: TestBrowser };
  beforeAll(async () => {
    site.served = await startGateway(settings);
    site.browser = await openBrowser();
  });
  afterAll(async () => {
    await site.browser.close();
    await site.served.stop();
  });
  afterEach(() => {
    expect(site.browser.complaints).toEqual([]);
  });
  return site;
}

export async function openBrowser(): Promise<TestBrowser> {
  const browser: Browser = await chromium.launch({
    executablePath: programOf("chromium"),
    args: [
      ...["--headless", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"],
      ...["--disable-quic", "--no-first-run", "--disable-background-networking"],
      ...["--disable-component-update", "--disable-sync", "--no-proxy-server"],
    ],
  });
  const complaints: string[] = [];
  return {
    complaints,
    open: async (url, options = {}) => {
      const context = await browser.newContext({
        viewport: { width: 1440, height: 900 },
        permissions: ["clipboard-read", "clipboard-write"],
        ...options,
      });
      const page = await context.newPage();
      page.setDefaultTimeout(TIMEOUT_MS);
      page.on("pageerror", (error) => complaints.push(String(error.stack)));
      page.on("console", (message) => {
        if (/Content.Security.Policy|Minified React error/.test(message.text())) {
          complaints.push(message.text());
        }
      });
      await page.goto(url);
      return page;
    },
    close: () => browser.close(),
  };
}

/** Keeps what a page looks like, for people. */
export async function picture(page: Page, name: string): Promise<void> {
  mkdirSync(SCREENSHOTS, { recursive: true });
  await page.screenshot({ path: `${SCREENSHOTS}${name}.png` });
}

/** What a page looks like on a small screen at night. */
export const SMALL_AND_DARK = {
  viewport: { width: 390, height: 844 },
  colorScheme: "dark",
} as const;

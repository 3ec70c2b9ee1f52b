import { request } from "node:http";
import { text } from "node:stream/consumers";
import type { IncomingMessage } from "node:http";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CATALOGUE_TYPES } from "../../src/envelope/catalogue/catalogue.js";
import { html, jsonView, prose } from "../../src/http/docs/markup.js";
import { PROBLEMS } from "../../src/wire/problem.js";
import { startGateway, type TestGateway } from "../fixtures/gateway.js";
import { launchChromium } from "../interop/chromium.js";
import { getJson } from "./requests.js";

interface Document {
  paths: Record<string, Record<string, { summary: string; parameters?: { name: string }[] }>>;
}

const PAGES = ["/docs", "/docs/events"];

let served: TestGateway;
beforeAll(async () => {
  served = await startGateway();
});
afterAll(() => served.stop());

const read = async (path: string) => (await fetch(served.url + path)).text();

test("shows every operation, parameter, problem and type of event", async () => {
  const [api = "", events = ""] = await Promise.all(PAGES.map(read));
  const { body } = await getJson<Document>(`${served.url}/openapi.json`);
  const operations = Object.values(body.paths).flatMap((item) => Object.values(item));
  for (const { summary, parameters = [] } of operations) {
    expect(api).toContain(`${html`${summary}`.text}</a></h3>`);
    for (const { name } of parameters) {
      // What a scope is made of is told at the start.
      if (!/^(?:run|packRun|job)Id$/.test(name)) expect(api).toContain(`<code>${name}</code>`);
    }
  }
  for (const code of Object.keys(PROBLEMS)) expect(api).toContain(`id="problem-${code}"`);
  for (const type of CATALOGUE_TYPES) expect(events).toContain(`id="shape-payloads.${type}"`);
});

test("every link leads to something that is there", async () => {
  const pages = new Map(
    await Promise.all(PAGES.map(async (path) => [path, await read(path)] as const)),
  );
  let followed = 0;
  for (const [path, page] of pages) {
    const ids = [...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
    expect(new Set(ids).size, `ids of ${path}`).toBe(ids.length);
    for (const [, link = ""] of page.matchAll(/href="([^"]+)"/g)) {
      if (link.startsWith("data:")) continue;
      const { pathname, hash } = new URL(link, served.url + path);
      const target = pages.get(pathname);
      if (target === undefined) expect((await fetch(served.url + pathname)).status).toBe(200);
      else if (hash !== "") expect(target, `${path} → ${link}`).toContain(` id="${hash.slice(1)}"`);
      followed++;
    }
  }
  expect(followed).toBeGreaterThan(300);
});

test("a problem's type leads to what it means", async () => {
  const { body } = await getJson<{ type: string }>(`${served.url}/v1/runs?limit=0`);
  const answer = await fetch(served.url + body.type, { redirect: "manual" });
  expect([answer.status, answer.headers.get("location")]).toEqual([
    303,
    "/docs#problem-bad-parameter",
  ]);
  expect((await fetch(`${served.url}/problems/none`)).status).toBe(404);
});

/** Asks with a Host header that fetch would not send. */
function ask(headers: Record<string, string>): Promise<string> {
  return new Promise((resolve, reject) => {
    request(`${served.url}/docs`, { headers, agent: false }, (answer: IncomingMessage) => {
      text(answer).then(resolve, reject);
    })
      .on("error", reject)
      .end();
  });
}

test("commands have the address by which the reader came, and nothing else that a request says", async () => {
  expect(await ask({ host: "trail.example:8443", "x-forwarded-proto": "https" })).toContain(
    "curl https://trail.example:8443/v1/events?limit=3",
  );
  expect(await ask({ host: "[::1]:4280" })).toContain("curl http://[::1]:4280/v1/events?limit=3");
  for (const host of ['x"><script>alert(1)</script>', "a b", "$(id)", "x'y"]) {
    const page = await ask({ host });
    expect(page).toContain("curl http://127.0.0.1:4280/v1/events?limit=3");
    expect(page).not.toContain(`http://${host}`);
  }
});

test("what is put into a page is text there", () => {
  const odd = `<b>&"'`;
  expect(html`<p title="${odd}">${[odd, html`<i></i>`]}</p>`.text).toBe(
    '<p title="&lt;b&gt;&amp;&quot;&#39;">&lt;b&gt;&amp;&quot;&#39;<i></i></p>',
  );
  expect(prose("see `a<b` and <i>", () => undefined).text).toBe(
    "see <code>a&lt;b</code> and &lt;i&gt;",
  );
  expect(jsonView({ 'a"b': "<" }).text).toContain("&lt;");
});

interface Look {
  overflow: number;
  background: string;
  headings: number;
  scripts: number;
}
/** In the page, whose types are not ours. */
const LOOK = `({
  overflow: document.documentElement.scrollWidth - window.innerWidth,
  background: getComputedStyle(document.body).backgroundColor,
  headings: document.querySelectorAll("h1").length,
  scripts: document.querySelectorAll("script, [style], [onclick]").length,
})`;

describe("in a browser without scripts", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(() => browser.close());

  test.each([
    [1440, "light"],
    [1440, "dark"],
    [390, "light"],
    [390, "dark"],
  ] as const)(
    "at a width of %i, %s: all of it fits, under a policy that lets nothing in",
    async (width, scheme) => {
      const page = await browser.newPage({
        javaScriptEnabled: false,
        viewport: { width, height: 900 },
        colorScheme: scheme,
      });
      const asked: string[] = [];
      const complaints: string[] = [];
      page.on("request", (one) => asked.push(one.url()));
      page.on("console", (message) => complaints.push(message.text()));
      page.on("requestfailed", (one) => complaints.push(one.url()));
      for (const path of PAGES) {
        const response = await page.goto(`${served.url}${path}`);
        const policy = response?.headers()["content-security-policy"] ?? "";
        expect(policy).toMatch(/^default-src 'none'; style-src 'self';/);
        expect(policy).not.toMatch(/unsafe|https?:/);
        const found = await page.evaluate<Look>(LOOK);
        expect(found).toMatchObject({ headings: 1, scripts: 0 });
        expect(found.overflow).toBeLessThanOrEqual(0);
        expect(found.background).toBe(scheme === "dark" ? "rgb(15, 19, 24)" : "rgb(255, 255, 255)");
      }
      expect(complaints).toEqual([]);
      const elsewhere = asked.filter(
        (url) => !url.startsWith(served.url) && !url.startsWith("data:"),
      );
      expect(elsewhere).toEqual([]);
      await page.close();
    },
  );
});

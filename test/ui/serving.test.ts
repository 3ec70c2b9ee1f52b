import { readdirSync, readFileSync } from "node:fs";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Problem } from "../../src/wire/problem.js";
import { startGateway, type TestGateway } from "../fixtures/gateway.js";
import { getJson } from "../http/requests.js";

/** What a page has to load before it shows anything. */
const MAX_GZIPPED_BYTES = 150 * 1024;

const FOLDER = new URL("../../dist/ui/", import.meta.url).pathname;
const document = readFileSync(`${FOLDER}index.html`, "utf8");
const [script = ""] = /assets\/[\w-]+\.js/.exec(document) ?? [];

let served: TestGateway;
beforeAll(async () => {
  served = await startGateway();
});
afterAll(() => served.stop());

test("answers every page of the application with the one document", async () => {
  for (const path of [
    "/",
    "/runs/r-42",
    "/runs/r-42/jobs/build?view=log&line=88",
    "/pack-runs/p/jobs/j",
    "/jobs/j",
    "/correlations/a%2Fb",
    "/workflows/nightly%20build",
  ]) {
    const response = await fetch(served.url + path);
    expect({ path, status: response.status }).toEqual({ path, status: 200 });
    expect(response.headers.get("content-type")).toBe("text/html; charset=utf-8");
    expect(response.headers.get("cache-control")).toBe("no-cache");
    expect(await response.text()).toBe(document);
  }
});

test("leaves all other addresses to the API", async () => {
  for (const path of ["/run", "/v1/nothing", "/assets/nothing.js", "/assets/"]) {
    const { status, body } = await getJson<Problem>(served.url + path);
    expect({ path, status, code: body.code }).toEqual({ path, status: 404, code: "not-found" });
  }
});

test("allows scripts and styles of its own and nothing inline", async () => {
  const { headers } = await fetch(served.url);
  const policy = headers.get("content-security-policy") ?? "";
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("script-src 'self';");
  expect(policy).toContain("style-src 'self';");
  expect(policy).toContain("frame-ancestors 'none'");
  expect(policy).not.toContain("unsafe");
  expect(headers.get("x-content-type-options")).toBe("nosniff");
  expect(document).not.toMatch(/<style|style=|<script(?![^>]*src=)|\son\w+=/);
});

test("lets browsers keep what has a hash in its name for ever", async () => {
  const { headers } = await fetch(`${served.url}/${script}`);
  expect(headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
});

test("sends the form that is accepted, the smallest one first", async () => {
  const path = `${served.url}/${script}`;
  const plain = readFileSync(FOLDER + script);
  for (const [accepted, encoding, decode] of [
    ["gzip, deflate, br, zstd", "br", brotliDecompressSync],
    ["gzip", "gzip", gunzipSync],
    ["br;q=0, gzip;q=0.5", "gzip", gunzipSync],
  ] as const) {
    // What fetch has decoded is the same again; how it came is in the headers.
    const response = await fetch(path, { headers: { "accept-encoding": accepted } });
    expect(response.headers.get("content-encoding")).toBe(encoding);
    expect(response.headers.get("vary")).toContain("Accept-Encoding");
    expect(Buffer.from(await response.arrayBuffer()).equals(plain)).toBe(true);
    const file = `${FOLDER}${script}.${encoding === "br" ? "br" : "gz"}`;
    expect(decode(readFileSync(file)).equals(plain)).toBe(true);
  }
  const response = await fetch(path, { headers: { "accept-encoding": "identity" } });
  expect(response.headers.get("content-encoding")).toBeNull();
  expect(Buffer.from(await response.arrayBuffer()).equals(plain)).toBe(true);
});

test("says when nothing has changed", async () => {
  const first = await fetch(served.url);
  const etag = first.headers.get("etag") ?? "";
  const again = await fetch(served.url, { headers: { "if-none-match": etag } });
  expect(again.status).toBe(304);
});

test("is small at first", async ({ annotate }) => {
  const files = readdirSync(`${FOLDER}assets`).filter((name) => name.endsWith(".js.gz"));
  const bytes = readFileSync(`${FOLDER}${script}.gz`).length;
  await annotate(`${bytes} bytes of script gzipped at first, in ${files.length} parts in all`);
  expect(bytes).toBeLessThan(MAX_GZIPPED_BYTES);
  // Nothing else is loaded before it is wanted.
  expect(document.match(/<script/g)).toHaveLength(1);
  expect(document).not.toContain("modulepreload");
});

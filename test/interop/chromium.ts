import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { launch } from "puppeteer-core";
import { programOf } from "../fixtures/debian-packages.js";
import { STEP, type Client } from "./clients.js";

/** A Chromium without a window, and a server of the pages that it shows. */
export interface Chromium {
  /** The browser's own EventSource in a page of its own, which gets all events by their name, or without one. */
  eventSource: (form: "named events" | "onmessage") => Client;
  close: () => Promise<void>;
}

const PAGE = new URL("page/", import.meta.url);
const FILES: Partial<Record<string, { file: string; type: string }>> = {
  "/": { file: "index.html", type: "text/html; charset=utf-8" },
  "/reader.js": { file: "reader.js", type: "text/javascript; charset=utf-8" },
};

export async function startChromium(): Promise<Chromium> {
  const pages = await servePages();
  const browser = await launch({
    executablePath: programOf("chromium"),
    // Chromium refuses to run as root in its sandbox; the pages are ours. A container's /dev/shm is small.
    args: ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--no-proxy-server"],
  });
  return {
    eventSource: (form) => async (url, onStep) => {
      const page = await browser.newPage();
      let onStopped: () => void = () => undefined;
      const stopped = new Promise<void>((resolve) => (onStopped = resolve));
      await page.exposeFunction("onStep", onStep);
      await page.exposeFunction("onStopped", onStopped);
      const query = new URLSearchParams(
        form === "onmessage" ? { url: `${url}?as=message` } : { url, name: STEP },
      );
      await page.goto(`${pages.url}/?${query.toString()}`);
      return { stopped, leave: () => page.close() };
    },
    close: async () => {
      await browser.close();
      await pages.close();
    },
  };
}

async function servePages(): Promise<{ url: string; close: () => Promise<void> }> {
  const server = createServer((request, response) => {
    const found = FILES[new URL(request.url ?? "/", "http://page").pathname];
    if (!found) {
      response.writeHead(404).end();
      return;
    }
    void readFile(new URL(found.file, PAGE)).then((content) => {
      response.writeHead(200, { "content-type": found.type }).end(content);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

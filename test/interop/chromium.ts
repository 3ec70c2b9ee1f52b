import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { chromium, type Browser } from "playwright-core";
import { programOf } from "../fixtures/debian-packages.js";
import { STEP, type Client } from "./clients.js";

/** A Chromium without a window, and a server of the pages that it shows. */
export interface Chromium {
  /** The browser's own EventSource in a page of its own, which gets all events by their name, or without one. */
  eventSource: (form: "named events" | "onmessage") => Client;
  /** The browser's own WebSocket, in a page that resumes by itself. */
  webSocket: Client;
  close: () => Promise<void>;
}

type OnStep = Parameters<Client>[1];

const PAGE = new URL("page/", import.meta.url);
const FILES: Partial<Record<string, { file: string; type: string }>> = {
  "/": { file: "index.html", type: "text/html; charset=utf-8" },
  "/socket.html": { file: "socket.html", type: "text/html; charset=utf-8" },
  "/socket-reader.js": { file: "socket-reader.js", type: "text/javascript; charset=utf-8" },
  "/reader.js": { file: "reader.js", type: "text/javascript; charset=utf-8" },
};

export function launchChromium(): Promise<Browser> {
  return chromium.launch({
    executablePath: programOf("chromium"),
    // Chromium refuses to run as root in its sandbox; the pages are ours. A container's /dev/shm is small.
    args: ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--no-proxy-server"],
  });
}

export async function startChromium(): Promise<Chromium> {
  const pages = await servePages();
  const browser = await launchChromium();
  const read = async (file: string, parameters: Record<string, string>, onStep: OnStep) => {
    const page = await browser.newPage();
    let onStopped: () => void = () => undefined;
    const stopped = new Promise<void>((resolve) => (onStopped = resolve));
    await page.exposeFunction("onStep", onStep);
    await page.exposeFunction("onStopped", onStopped);
    await page.goto(`${pages.url}/${file}?${new URLSearchParams(parameters).toString()}`);
    return { stopped, leave: () => page.close() };
  };
  return {
    eventSource: (form) => (url, onStep) =>
      form === "onmessage"
        ? read("", { url: `${url}?as=message` }, onStep)
        : read("", { url, name: STEP }, onStep),
    webSocket: (url, onStep) => read("socket.html", { url }, onStep),
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

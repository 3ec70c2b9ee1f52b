import { createHash } from "node:crypto";
import { html, type Markup } from "./markup.js";
import { STYLE } from "./style.js";

/** Another style has another address, so that each may be kept for ever. */
export const STYLE_ADDRESS = `/docs/${createHash("sha256").update(STYLE).digest("hex").slice(0, 12)}.css`;

const PAGES = [
  { address: "/docs", name: "HTTP API" },
  { address: "/docs/events", name: "Events" },
] as const;

/** A group of links beside the page. */
export interface Section {
  id: string;
  name: string;
  links: { id: string; name: Markup }[];
}

export interface Page {
  address: (typeof PAGES)[number]["address"];
  title: string;
  sections: readonly Section[];
  content: Markup;
}

/** A whole page of the documentation. */
export function pageView({ address, title, sections, content }: Page): string {
  const { text } = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${title} · Runtrail</title>
        <link rel="icon" href="${ICON}" />
        <link rel="stylesheet" href="${STYLE_ADDRESS}" />
      </head>
      <body>
        <a class="skip" href="#content">Skip to the content</a>
        <header>
          <a class="brand" href="/">Runtrail</a>
          <nav aria-label="Pages">
            ${PAGES.map((page) =>
              page.address === address
                ? html`<a href="${page.address}" aria-current="page">${page.name}</a>`
                : html`<a href="${page.address}">${page.name}</a>`,
            )}
            <a href="/openapi.json">openapi.json</a>
          </nav>
        </header>
        <nav class="contents" aria-label="On this page">
          <ul>
            ${sections.map(
              ({ id, name, links }) =>
                html`<li>
                  <a href="#${id}">${name}</a>
                  <ul>
                    ${links.map((link) => html`<li><a href="#${link.id}">${link.name}</a></li>`)}
                  </ul>
                </li>`,
            )}
          </ul>
        </nav>
        <main id="content" tabindex="-1">${content}</main>
      </body>
    </html>`;
  return text;
}

/** Three events on a trail. */
const ICON = `data:image/svg+xml,${encodeURIComponent(
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><path d="M8 2v12" stroke="#888" stroke-width="1.5"/>' +
    '<g fill="#1a7f64"><circle cx="8" cy="3" r="2.2"/><circle cx="8" cy="8" r="2.2"/><circle cx="8" cy="13" r="2.2"/></g></svg>',
)}`;

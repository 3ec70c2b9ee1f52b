import { PROBLEMS, type ProblemCode } from "../../wire/problem.js";
import { componentSchemas } from "../openapi/components.js";
import type { DescribedRoute } from "../openapi/document.js";
import { TAGS, type OpenapiObject } from "../openapi/operation.js";
import { pageView, type Section } from "./layout.js";
import { html, prose, type Markup } from "./markup.js";
import { entriesOf, methodView, operationView, SERVER, type Entry } from "./operation-view.js";
import { membersView, typeView, type Links } from "./schema-view.js";

/** Schemas of events and their members have a page of their own. */
export const isOfEvents = (name: string) => /^(?:payloads\.|common\.|envelope$|draft$)/.test(name);

/** Where something of the documentation is. */
export const links: Links = {
  schema: (name) => `${isOfEvents(name) ? "/docs/events" : "/docs"}#shape-${name}`,
  word: (word) => (Object.hasOwn(PROBLEMS, word) ? `/docs#problem-${word}` : undefined),
};

const titleOf = (tag: string) => tag.slice(0, 1).toUpperCase() + tag.slice(1);
const idOf = (tag: string) => tag.replaceAll(" ", "-");

/** The API, described for people. {@link SERVER} stands in it for the server's address. */
export function apiPage(routes: readonly DescribedRoute[]): string {
  const entries = entriesOf(routes);
  const groups = Object.entries(TAGS).map(([tag, description]) => ({
    id: idOf(tag),
    name: titleOf(tag),
    description,
    entries: entries.filter(({ operation }) => operation.tag === tag),
  }));
  const shapes = Object.entries(componentSchemas()).filter(([name]) => isShown(name));
  const sections: Section[] = [
    { id: "start", name: "Start", links: [] },
    ...groups.map(({ id, name, entries: ofGroup }) => ({ id, name, links: linksTo(ofGroup) })),
    { id: "problems", name: "Problems", links: [] },
    {
      id: "shapes",
      name: "Shapes",
      links: shapes.map(([name]) => ({ id: `shape-${name}`, name: html`${name}` })),
    },
  ];
  const content = html`${START}
    ${groups.map(
      ({ id, name, description, entries: ofGroup }) =>
        html`<section id="${id}">
          <h2>${name}</h2>
          <p class="lead">${description}</p>
          ${ofGroup.map((entry) => operationView(entry, links))}
        </section>`,
    )}
    ${problemsView()}
    <section id="shapes">
      <h2>Shapes</h2>
      <p class="lead">
        What is sent and answered. Those of events are <a href="/docs/events">elsewhere</a>.
      </p>
      ${shapes.map(([name, schema]) => shapeView(name, schema as OpenapiObject))}
    </section>`;
  return pageView({ address: "/docs", title: "HTTP API", sections, content });
}

function isShown(name: string): boolean {
  return !isOfEvents(name) && name !== "pack" && name !== "catalogue";
}

function linksTo(entries: readonly Entry[]): Section["links"] {
  return entries.map(({ operation, method }) => ({
    id: operation.operationId,
    name: html`${methodView(method)} <span>${operation.summary}</span>`,
  }));
}

/** A schema by its name: what it is, and its members. */
export function shapeView(name: string, schema: OpenapiObject, title = name): Markup {
  const { description, title: meaning } = schema;
  const members = membersView(schema, links);
  return html`<article id="shape-${name}" class="shape">
    <h3><a href="#shape-${name}">${title}</a></h3>
    ${typeof meaning === "string" && meaning !== title ? html`<p class="meaning">${meaning}</p>` : undefined}
    ${typeof description === "string" ? html`<p>${prose(description, links.word)}</p>` : undefined}
    ${members ?? html`<p class="type">${typeView(schema, links)}</p>`}
  </article>`;
}

function problemsView(): Markup {
  const rows = (Object.keys(PROBLEMS) as ProblemCode[]).map((code) => {
    const [status, title] = PROBLEMS[code];
    return html`<tr id="problem-${code}">
      <td>
        <a href="#problem-${code}"><code>${code}</code></a>
      </td>
      <td>${status}</td>
      <td>${title}</td>
    </tr>`;
  });
  return html`<section id="problems">
    <h2>Problems</h2>
    <p class="lead">
      Whatever goes wrong is told as <code>application/problem+json</code>, a
      <a href="#shape-problem">problem</a> of RFC 9457. Its <code>code</code> is for programs, its
      <code>detail</code> says to people what is wrong this time, and its <code>pointer</code> where
      in the request.
    </p>
    <div class="table" tabindex="0" role="region" aria-label="Problem codes">
      <table>
        <thead>
          <tr>
            <th scope="col">Code</th>
            <th scope="col">Status</th>
            <th scope="col">What it says</th>
          </tr>
        </thead>
        <tbody>
          ${rows}
        </tbody>
      </table>
    </div>
  </section>`;
}

const START = html`<section id="start">
  <h1>HTTP API</h1>
  <p class="lead">
    Append what happens, read it back in order, follow it live, ask what it adds up to, and prove
    that nobody has changed it.
  </p>
  <dl class="facts">
    <div>
      <dt>Scopes</dt>
      <dd>
        A <code>{scope}</code> is a run, a pack-run or a job, and whatever it is in:
        <code>runs/r-42</code>, <code>runs/r-42/jobs/build</code>,
        <code>runs/r-42/pack-runs/p-1/jobs/lint</code>. Its timeline is its own events and those of
        every scope below it. <code>correlations/{correlationId}</code> is everything with a
        correlation id, and no scope at all is everything there is.
      </dd>
    </div>
    <div>
      <dt>Cursors</dt>
      <dd>
        A cursor such as <code>1042.k3f9q2</code> says “I have everything up to and including this”.
        The same one works for every scope, filter and way of reading.
      </dd>
    </div>
    <div>
      <dt>Parameters</dt>
      <dd>
        One that an address does not take is refused, and so is one that is given twice: a misspelt
        filter never lets everything through.
      </dd>
    </div>
    <div>
      <dt>Freshness</dt>
      <dd>
        States, runs and logs are answered from a copy of the log.
        <code>x-runtrail-as-of</code> says how far it has got; with <code>consistent</code> a reader
        waits for what it has written.
      </dd>
    </div>
  </dl>
  <p>
    Programs find all of this at <a href="/openapi.json">/openapi.json</a> (OpenAPI 3.1). A click on
    a command selects it, to be copied.
  </p>
  <pre
    class="command"
    tabindex="0"
    role="group"
    aria-label="A first request"
  ><code>curl ${SERVER}/v1/events?limit=3</code></pre>
</section>`;

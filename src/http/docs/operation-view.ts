import type { DescribedRoute } from "../openapi/document.js";
import type { OpenapiObject, Operation, Parameter, Response } from "../openapi/operation.js";
import { html, jsonView, prose, type Markup } from "./markup.js";
import { membersView, typeView, type Links } from "./schema-view.js";

/** Stands in the page for the server's own address, which whoever asks for it knows. */
export const SERVER = "http://runtrail.invalid";

/** An operation, and all addresses at which it is. */
export interface Entry {
  operation: Operation;
  method: string;
  /** `/v1/{scope}/events` */
  addresses: string[];
}

/** The operations, each once, in the order of the routes. */
export function entriesOf(routes: readonly DescribedRoute[]): Entry[] {
  const entries = new Map<Operation, Entry>();
  for (const { operation, method, url } of routes) {
    const entry = entries.get(operation) ?? { operation, method, addresses: [] };
    entries.set(operation, entry);
    const address = url.replace(/:kind1.*:id\d/, "{scope}").replaceAll(/:(\w+)/g, "{$1}");
    if (!entry.addresses.includes(address)) entry.addresses.push(address);
  }
  // That of scopes is what most ask for.
  for (const { addresses } of entries.values()) {
    addresses.sort((one, other) => Number(isOfScope(other)) - Number(isOfScope(one)));
  }
  return [...entries.values()];
}

function isOfScope(address: string): boolean {
  return address.includes("{scope}");
}

export function methodView(method: string): Markup {
  return html`<span class="method ${method.toLowerCase()}">${method}</span>`;
}

export function operationView({ operation, method, addresses }: Entry, links: Links): Markup {
  const { operationId, summary, description, parameters = [], requestBody, responses } = operation;
  const say = (text: string) => prose(text, links.word);
  return html`<article id="${operationId}">
    <div class="what">
      <h3><a href="#${operationId}">${summary}</a></h3>
      <ul class="addresses">
        ${addresses.map((address) => html`<li>${methodView(method)} <code>${address}</code></li>`)}
      </ul>
      ${description === undefined ? undefined : html`<p>${say(description)}</p>`}
      ${parameters.length === 0 ? undefined : parametersView(parameters, links)}
      ${requestBody ? bodyView(requestBody.content, links) : undefined}
      <h4>Responses</h4>
      <dl class="responses">
        ${Object.entries(responses).map(([status, response]) => responseView(status, response, links))}
      </dl>
    </div>
    ${exampleView(operation, method)}
  </article>`;
}

function parametersView(parameters: readonly Parameter[], links: Links): Markup {
  return html`<h4>Parameters</h4>
    <dl class="members">
      ${parameters.map(
        ({ name, in: place, required = false, description, schema }) =>
          html`<div>
            <dt>
              <code>${name}</code>
              <span class="type">${typeView(schema, links)}</span>
              ${place === "query" ? undefined : html`<span class="place">in the ${place}</span>`}
              ${required && place === "query" ? html`<span class="place">required</span>` : undefined}
            </dt>
            <dd><p>${prose(description, links.word)}</p></dd>
          </div>`,
      )}
    </dl>`;
}

function bodyView(content: Record<string, OpenapiObject>, links: Links): Markup {
  return html`<h4>Body</h4>
    <ul class="content">
      ${contentViews(content, links)}
    </ul>`;
}

function responseView(status: string, response: Response, links: Links): Markup {
  const { description, headers = {}, content = {} } = response;
  const types = Object.entries(content).filter(([type]) => type !== "application/problem+json");
  return html`<div>
    <dt class="status-${status.slice(0, 1)}">${status}</dt>
    <dd>
      <p>${prose(description, links.word)}</p>
      ${
        types.length === 0
          ? undefined
          : html`<ul class="content">
              ${contentViews(Object.fromEntries(types), links)}
            </ul>`
      }
      ${Object.entries(headers).map(
        ([name, header]) =>
          html`<p>
            <code>${name}</code>:
            ${prose((header as { description: string }).description, links.word)}
          </p>`,
      )}
    </dd>
  </div>`;
}

function contentViews(content: Record<string, OpenapiObject>, links: Links): Markup[] {
  return Object.entries(content).map(([type, { schema, "x-description": more }]) => {
    const members = membersView(schema as OpenapiObject, links);
    const isNamed = members === undefined;
    return html`<li>
      <code>${type}</code
      >${isNamed ? html`: ${typeView(schema as OpenapiObject, links)}` : undefined}
      ${typeof more === "string" ? html`<p>${more}</p>` : undefined} ${members}
    </li>`;
  });
}

/** How to ask, and what is answered. */
function exampleView({ example, responses }: Operation, method: string): Markup | undefined {
  if (!example) return undefined;
  const { path, options } = example;
  const url = /[?&*']/.test(path) ? `'${SERVER}${path}'` : `${SERVER}${path}`;
  const command = ["curl", ...(options === undefined ? [] : [options]), url].join(" ");
  const answer = Object.values(responses)
    .flatMap(({ content = {} }) => Object.values(content))
    .find((one) => "example" in one)?.["example"];
  return html`<div class="example">
    <h4>Ask</h4>
    <pre
      class="command"
      tabindex="0"
      role="group"
      aria-label="How to ask for it: ${method} ${path}"
    ><code>${command}</code></pre>
    ${
      answer === undefined
        ? undefined
        : html`<h4>Answer</h4>
            <pre
              tabindex="0"
              role="group"
              aria-label="What is answered"
            ><code>${jsonView(answer)}</code></pre>`
    }
  </div>`;
}

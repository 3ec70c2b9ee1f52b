import { CATALOGUE_TYPES, terminates } from "../../envelope/catalogue/catalogue.js";
import { componentSchemas } from "../openapi/components.js";
import type { OpenapiObject } from "../openapi/operation.js";
import { links, shapeView } from "./api-page.js";
import { pageView, type Section } from "./layout.js";
import { html, jsonView, prose, type Markup } from "./markup.js";
import { membersView } from "./schema-view.js";

/** What an event is, and every type of the catalogue, for people. */
export function eventsPage(): string {
  const schemas = componentSchemas();
  const familyOf = (type: string) => type.slice(0, type.indexOf("."));
  const families = [...new Set(CATALOGUE_TYPES.map(familyOf))].map((family) => ({
    family,
    types: CATALOGUE_TYPES.filter((type) => familyOf(type) === family),
  }));
  const parts = Object.keys(schemas).filter((name) => name.startsWith("common."));
  const sections: Section[] = [
    {
      id: "start",
      name: "An event",
      links: ["envelope", "draft"].map((name) => ({ id: `shape-${name}`, name: html`${name}` })),
    },
    ...families.map(({ family, types }) => ({
      id: `family-${family}`,
      name: family,
      links: types.map((type) => ({ id: `shape-payloads.${type}`, name: html`${type}` })),
    })),
    {
      id: "parts",
      name: "Parts",
      links: parts.map((name) => ({ id: `shape-${name}`, name: html`${shortened(name)}` })),
    },
  ];
  const content = html`<section id="start">
      <h1>Events</h1>
      <p class="lead">
        A producer sends a <a href="#shape-draft">draft</a>; what is stored, hashed and chained to
        the event before it is an <a href="#shape-envelope">envelope</a>. The types below are
        checked; a type of any other family, such as <code>deploy.canary.promoted</code>, is yours,
        with any payload.
      </p>
      ${["envelope", "draft"].map((name) => shapeView(name, schemas[name] as OpenapiObject))}
    </section>
    ${families.map(
      ({ family, types }) =>
        html`<section id="family-${family}">
          <h2>${family}</h2>
          ${types.map((type) => typeView(type, schemas[`payloads.${type}`] as OpenapiObject))}
        </section>`,
    )}
    <section id="parts">
      <h2>Parts</h2>
      <p class="lead">What payloads and envelopes have in common.</p>
      ${parts.map((name) => shapeView(name, schemas[name] as OpenapiObject, shortened(name)))}
    </section>`;
  return pageView({ address: "/docs/events", title: "Events", sections, content });
}

function shortened(name: string): string {
  return name.replace(/^common\./, "");
}

function typeView(type: string, schema: OpenapiObject): Markup {
  const { description, examples } = schema as { description: string; examples: object[] };
  const [example] = examples;
  const ended = terminates(type);
  return html`<article id="shape-payloads.${type}">
    <div class="what">
      <h3>
        <a href="#shape-payloads.${type}"><code>${type}</code></a>
      </h3>
      <p>
        ${prose(description, links.word)}
        ${ended === undefined ? undefined : html`<span class="ends">ends its ${ended.slice(0, -1)}</span>`}
      </p>
      ${membersView(schema, links)}
    </div>
    <div class="example">
      <h4>Payload</h4>
      <pre
        tabindex="0"
        role="group"
        aria-label="A payload of ${type}"
      ><code>${jsonView(example)}</code></pre>
    </div>
  </article>`;
}

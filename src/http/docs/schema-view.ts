import type { OpenapiObject } from "../openapi/operation.js";
import { html, joined, prose, type Markup } from "./markup.js";

/** Where things are that a text or a type may lead to. */
export interface Links {
  /** Of a schema, by its name among the components. */
  schema: (name: string) => string;
  /** Of what a text calls by this name. */
  word: (word: string) => string | undefined;
}

/** A JSON Schema, as far as it is looked at here. */
interface Schema {
  $ref?: string;
  $defs?: Record<string, Schema>;
  type?: string | string[];
  format?: string;
  description?: string;
  const?: unknown;
  enum?: unknown[];
  oneOf?: Schema[];
  anyOf?: Schema[];
  items?: Schema;
  properties?: Record<string, Schema>;
  additionalProperties?: boolean | Schema;
  required?: string[];
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  maxItems?: number;
  pattern?: string;
  default?: unknown;
}

/** What a value may be, in a few words: `integer, 1 to 1,000, by default 100`. */
export function typeView(schema: OpenapiObject, links: Links): Markup {
  const limits = limitsOf(schema);
  const type = typeOf(schema, links);
  return limits === "" ? type : html`${type}, ${prose(limits, () => undefined)}`;
}

/** The members of an object, and what is in them, as a list; undefined where it has none to tell of. */
export function membersView(schema: OpenapiObject, links: Links): Markup | undefined {
  const { properties, required = [], $defs, oneOf } = schema as Schema;
  if (properties) {
    const members = Object.entries(properties).map(([name, member]) =>
      memberView(name, member, required.includes(name), links),
    );
    return html`<dl class="members">${members}</dl>`;
  }
  const choices = Object.entries((oneOf && $defs) ?? {}).filter(([, one]) => one.properties);
  if (choices.length === 0) return undefined;
  return html`${choices.map(
    ([name, choice]) =>
      html`<h4>${name}</h4>
        ${describedBy(choice, links)} ${membersView(choice as OpenapiObject, links)}`,
  )}`;
}

function memberView(name: string, schema: Schema, isRequired: boolean, links: Links): Markup {
  const inner = innermost(schema);
  const members = inner.properties ? membersView(inner as OpenapiObject, links) : undefined;
  return html`<div>
    <dt>
      <code>${name}</code>
      <span class="type">${typeView(schema as OpenapiObject, links)}</span>
      ${isRequired ? undefined : html`<span class="optional">optional</span>`}
    </dt>
    <dd>
      ${describedBy(schema, links)}
      ${
        members
          ? html`<details>
              <summary>Members of <code>${name}</code></summary>
              ${members}
            </details>`
          : undefined
      }
    </dd>
  </div>`;
}

function describedBy({ description }: Schema, links: Links): Markup | undefined {
  return description === undefined ? undefined : html`<p>${prose(description, links.word)}</p>`;
}

/** What a list, or an object by names, is made of. */
function innermost(schema: Schema): Schema {
  const { items, additionalProperties } = schema;
  if (items) return innermost(items);
  return typeof additionalProperties === "object" ? innermost(additionalProperties) : schema;
}

function typeOf(schema: Schema, links: Links): Markup {
  const { $ref, type, format, items, additionalProperties } = schema;
  if ($ref !== undefined) return referenceOf($ref, links);
  if ("const" in schema) return html`<code>${JSON.stringify(schema.const)}</code>`;
  if (schema.enum) return choice(schema.enum.map((value) => html`<code>${wordOf(value)}</code>`));
  const alternatives = schema.oneOf ?? schema.anyOf;
  if (alternatives) return choice(alternatives.map((one) => typeOf(one, links)));
  if (items) return html`list of ${typeOf(items, links)}`;
  if (typeof additionalProperties === "object" && !schema.properties) {
    return html`object of ${typeOf(additionalProperties, links)} by name`;
  }
  const types = [type ?? "anything"].flat().map((name) => (name === "array" ? "list" : name));
  return html`${types.map((name) => (name === "string" ? (format ?? name) : name)).join(" or ")}`;
}

function choice(alternatives: readonly Markup[]): Markup {
  return joined(alternatives, " or ");
}

function wordOf(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** `#/components/schemas/<name>`, or within one: `#/components/schemas/<name>/$defs/<inner>`. */
function referenceOf(reference: string, links: Links): Markup {
  const [, , , name = "", ...rest] = reference.split("/");
  const shown = rest.at(-1) ?? name.replace(/^common\./, "");
  return html`<a href="${links.schema(name)}">${shown}</a>`;
}

function limitsOf(schema: Schema): string {
  const { minimum, maximum, minLength, maxLength, maxItems, pattern } = schema;
  const limits = [
    rangeOf(minimum, maximum, ""),
    rangeOf(minLength, maxLength, " characters"),
    rangeOf(undefined, maxItems, " of them"),
    pattern === undefined ? "" : `\`${pattern}\``,
    schema.default === undefined ? "" : `by default \`${wordOf(schema.default)}\``,
  ];
  return limits.filter((limit) => limit !== "").join(", ");
}

function rangeOf(least: number | undefined, most: number | undefined, unit: string): string {
  const shown = (value: number) => value.toLocaleString("en");
  // A bound that JSON has, not we.
  if (most === undefined || most === Number.MAX_SAFE_INTEGER)
    return least === undefined ? "" : `${shown(least)}${unit} or more`;
  return least === undefined
    ? `at most ${shown(most)}${unit}`
    : `${shown(least)} to ${shown(most)}${unit}`;
}

import { LOG_LEVELS } from "../../envelope/catalogue/log-entry.js";
import { PROBLEMS, type ProblemCode } from "../../wire/problem.js";

/** A part of an OpenAPI 3.1 document. */
export type OpenapiObject = Record<string, unknown>;

/** What operations are about, in the order in which they are of use. */
export const TAGS = {
  append: "Store events.",
  read: "Read events, and follow them.",
  ask: "What events add up to: states, runs, log entries, numbers. Answered from a copy of the log, the read model.",
  subscriptions: "Readers whose place the server keeps.",
  audit: "Prove that nothing was altered.",
  "personal data": "Read what is encrypted, and forget whom it is about.",
  operation: "Look after the server.",
} as const;

export interface Parameter {
  name: string;
  in: "query" | "path" | "header";
  description: string;
  required?: boolean;
  schema: OpenapiObject;
}

export interface Response {
  description: string;
  headers?: OpenapiObject;
  /** By media type. */
  content?: Record<string, OpenapiObject>;
}

/** What a route does, for the API's description. What it says of parameters is what the route takes. */
export interface Operation {
  /** Of several addresses each adds what it is about. */
  operationId: string;
  summary: string;
  description?: string;
  tag: keyof typeof TAGS;
  parameters?: readonly Parameter[];
  requestBody?: { required: true; content: Record<string, OpenapiObject> };
  responses: Record<number, Response>;
  /** How to ask for it with curl: the address without its server, and what stands before it. */
  example?: { path: string; options?: string };
}

declare module "fastify" {
  interface FastifyContextConfig {
    /** Undefined where a route is not part of the API. */
    operation?: Operation;
    /** A token may stand in the URL: where clients cannot set headers. */
    takesTokenInUrl?: boolean;
  }
}

/** The options of a route that does this. */
export function described(operation: Operation): { config: { operation: Operation } } {
  return { config: { operation } };
}

/**
 * Responses that are problems: their codes, and what to know about them.
 *
 * @param given each code with what it means here; empty where its title says it
 */
export function problems(given: Partial<Record<ProblemCode, string>>): Record<number, Response> {
  const byStatus: Record<number, Response> = {};
  for (const [code, meaning] of Object.entries(given) as [ProblemCode, string][]) {
    const [status] = PROBLEMS[code];
    const what = meaning === "" ? `\`${code}\`` : `\`${code}\`: ${meaning}`;
    const before = byStatus[status];
    byStatus[status] = {
      description: before ? `${before.description}; ${what}` : what,
      content: { "application/problem+json": { schema: schemaRef("problem") } },
    };
  }
  return byStatus;
}

export function schemaRef(name: string): OpenapiObject {
  return { $ref: `#/components/schemas/${name}` };
}

/** A response of JSON. */
export function json(
  description: string,
  schema: OpenapiObject,
  more: { headers?: OpenapiObject; example?: unknown } = {},
): Response {
  const { headers, example } = more;
  return {
    description,
    ...(headers && { headers }),
    content: { "application/json": { schema, ...(example !== undefined && { example }) } },
  };
}

export function queryParameter(
  name: string,
  description: string,
  schema: OpenapiObject,
): Parameter {
  return { name, in: "query", description, schema };
}

export function pathParameter(name: string, description: string, schema: OpenapiObject): Parameter {
  return { name, in: "path", required: true, description, schema };
}

/** A parameter that is on or off. */
export function flagParameter(name: string, description: string): Parameter {
  return queryParameter(name, description, { type: "string", enum: ["1", "0", "true", "false"] });
}

/** A page, the same wherever there are pages. */
export function limitParameter(description = "At most so many."): Parameter {
  return queryParameter("limit", description, {
    type: "integer",
    minimum: 1,
    maximum: 1000,
    default: 100,
  });
}

const TIME = {
  anyOf: [
    { type: "string", format: "date-time" },
    { type: "string", format: "date" },
  ],
};

/** From when to when, the same wherever that is asked. @param what happened then: `events that were recorded` */
export function timeParameters(what: string): Parameter[] {
  const form = "RFC 3339, or a day, which begins at midnight UTC.";
  return [
    queryParameter("since", `Only ${what} then or later: ${form}`, TIME),
    queryParameter("until", `Only ${what} before: ${form}`, TIME),
  ];
}

/** Which log entries are meant, wherever they are. @param what has them: `entries`, or `events with an entry` */
export function entryParameters(what: string): Parameter[] {
  return [
    queryParameter("level", `Only ${what} at least this serious.`, {
      type: "string",
      enum: [...LOG_LEVELS],
    }),
    queryParameter("category", `Only ${what} of this category.`, {
      type: "string",
      enum: ["business", "technical"],
    }),
    flagParameter("milestone", `1: only ${what} that is a milestone.`),
  ];
}

/** What a reader may leave out, the same wherever events are read. */
export const FILTER_PARAMETERS: readonly Parameter[] = [
  queryParameter("type", "Only these types, separated by commas; `*` is any characters: `job.*`.", {
    type: "string",
  }),
  ...entryParameters("events with a log entry"),
  queryParameter("correlationId", "Only events with this correlation id.", {
    type: "string",
    minLength: 1,
    maxLength: 128,
  }),
];

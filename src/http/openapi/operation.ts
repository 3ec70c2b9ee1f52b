import { LOG_LEVELS } from "../../envelope/catalogue/log-entry.js";

/** A part of an OpenAPI 3.1 document. */
export type OpenapiObject = Record<string, unknown>;

const PROBLEM_CONTENT = {
  "application/problem+json": { schema: { $ref: "#/components/schemas/problem" } },
};

/** Responses that are problems, by status, each with what it is for. */
export function problems(byStatus: Record<number, string>): OpenapiObject {
  return Object.fromEntries(
    Object.entries(byStatus).map(([status, description]) => [
      status,
      { description, content: PROBLEM_CONTENT },
    ]),
  );
}

export function queryParameter(
  name: string,
  description: string,
  schema: OpenapiObject,
): OpenapiObject {
  return { name, in: "query", description, schema };
}

/** A page, the same wherever there are pages. */
export function limitParameter(description = "At most so many."): OpenapiObject {
  return queryParameter("limit", description, {
    type: "integer",
    minimum: 1,
    maximum: 1000,
    default: 100,
  });
}

const TIME = {
  description: "RFC 3339, or a day (which begins at midnight, UTC).",
  anyOf: [
    { type: "string", format: "date-time" },
    { type: "string", format: "date" },
  ],
};

/** From when to when, the same wherever that is asked. @param what happened then: `events that were recorded` */
export function timeParameters(what: string): OpenapiObject[] {
  return [
    queryParameter("since", `Only ${what} then or later.`, TIME),
    queryParameter("until", `Only ${what} before.`, TIME),
  ];
}

/** What a reader may leave out, the same wherever events are read. */
export const FILTER_PARAMETERS: OpenapiObject[] = [
  queryParameter("type", "Only these types, separated by commas; `*` is any characters: `job.*`.", {
    type: "string",
  }),
  queryParameter("level", "Only events with a log entry at least this serious.", {
    enum: [...LOG_LEVELS],
  }),
  queryParameter("category", "Only events with a log entry of this category.", {
    enum: ["business", "technical"],
  }),
  queryParameter("milestone", "1: only events with a log entry that is a milestone.", {
    enum: ["0", "1"],
  }),
  queryParameter("correlationId", "Only events with this correlation id.", { type: "string" }),
];

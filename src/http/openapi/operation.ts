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

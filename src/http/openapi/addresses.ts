import { pathParameter, schemaRef, type Parameter } from "./operation.js";

/** An address of OpenAPI, whose parameters do not span slashes: scopes are written out. */
export interface Address {
  /** `/v1/runs/{runId}/jobs/{jobId}/events` */
  path: string;
  /** Those of the path that a scope or a correlation has. */
  parameters: Parameter[];
  /** What tells it from others of the same operation: `OfRunJob`. */
  suffix: string;
}

/** In the order in which they may contain each other. */
const KINDS = [
  { kind: "runs", id: "runId", name: "Run" },
  { kind: "pack-runs", id: "packRunId", name: "PackRun" },
  { kind: "jobs", id: "jobId", name: "Job" },
] as const;

const SCOPE = /:kind1\/:id1(?:\/:kind2\/:id2)?(?:\/:kind3\/:id3)?/;

const CORRELATION = pathParameter(
  "correlationId",
  "1 to 128 printable ASCII characters other than blanks, quotes and backslashes, percent-encoded.",
  { type: "string", minLength: 1, maxLength: 128 },
);

/** The addresses that a route stands for. @param url as Fastify has it */
export function addressesOf(url: string): Address[] {
  const scope = SCOPE.exec(url)?.[0];
  if (scope === undefined) {
    const isCorrelation = url.includes(":correlationId");
    return [
      {
        path: url.replaceAll(/:(\w+)/g, "{$1}"),
        parameters: isCorrelation ? [CORRELATION] : [],
        suffix: isCorrelation ? "OfCorrelation" : "",
      },
    ];
  }
  const depth = scope.split(":kind").length - 1;
  return nestings(depth).map((kinds) => ({
    path: url.replace(scope, kinds.map(({ kind, id }) => `${kind}/{${id}}`).join("/")),
    parameters: kinds.map(({ id, kind }) =>
      pathParameter(id, `Which of the ${kind}.`, schemaRef("common.id")),
    ),
    suffix: `Of${kinds.map(({ name }) => name).join("")}`,
  }));
}

/** The kinds of scopes that so many can be within each other. */
function nestings(depth: number, from = 0): (typeof KINDS)[number][][] {
  if (depth === 0) return [[]];
  return KINDS.slice(from).flatMap((kind, i) =>
    nestings(depth - 1, from + i + 1).map((inner) => [kind, ...inner]),
  );
}

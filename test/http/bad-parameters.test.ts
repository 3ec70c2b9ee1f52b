import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { PROBLEMS, type Problem } from "../../src/wire/problem.js";
import { startGateway, type TestGateway } from "../fixtures/gateway.js";
import { append, draft, getJson } from "./requests.js";

interface Schema {
  $ref?: string;
  type?: string;
  anyOf?: { format?: string }[];
  enum?: string[];
  minimum?: number;
  maximum?: number;
  maxLength?: number;
}
interface Parameter {
  name: string;
  in: string;
  required?: boolean;
  schema: Schema;
}
interface Document {
  paths: Record<string, { get?: { operationId: string; parameters?: Parameter[] } }>;
}

const NUL = "%00";
const HUGE = "9".repeat(400);

/** Values that nothing of that kind takes, as they stand in a URL. */
function badValuesOf({ name, schema }: Parameter): readonly string[] {
  const special = SPECIAL[name];
  if (special) return special;
  if (schema.$ref?.endsWith("/cursor") === true) {
    return ["", "x", "-1", "1.2.3", "1,5", "1.UPPER", "01", `1${NUL}`, HUGE, "999999999999"];
  }
  if (schema.type === "integer") {
    const { minimum = 0, maximum } = schema;
    const beyond = maximum === undefined ? [] : [String(maximum + 1), "10001000"];
    const bad = ["", "abc", "-1", "+1", "1e2", "1.5", "%201", `1${NUL}`, HUGE];
    return [...bad, ...beyond, ...(minimum > 0 ? [String(minimum - 1)] : [])];
  }
  if (schema.enum) return ["", "nonsense", `${schema.enum[0] ?? ""}${NUL}`, "x".repeat(3000)];
  if (schema.anyOf?.some(({ format }) => format === "date") === true) {
    return [
      ...["", "yesterday", "2026", "2026-13-01", "2026-02-30", "1772409600000", HUGE],
      ...["2026-03-01T25:00Z", "2026-03-01T09:30:00", `2026-03-01${NUL}`, "-2026-03-01"],
    ];
  }
  if (schema.maxLength !== undefined) {
    return ["", "%20", `a${NUL}b`, "x".repeat(schema.maxLength + 1)];
  }
  throw new Error(`nobody has said what is bad for ${name}`);
}

/** Of parameters whose form their schema does not tell. */
const SPECIAL: Record<string, readonly string[]> = {
  type: ["", "Job.*", "job.completed,", "job%20x", `job${NUL}`, "x".repeat(65), "a,".repeat(40)],
  correlationId: ["", "a%20b", "%22", "%C3%A9", `a${NUL}`, "x".repeat(129)],
  status: ["", "done", "failed,done", "FAILED", `failed${NUL}`, "failed,"],
  from: ["", "yesterday", "-1", "1.5", `1${NUL}`, HUGE],
  durable: ["", "a.b", "a%20b", `a${NUL}`, "x".repeat(65)],
};
/** `q` of log entries is a language, `after` of them the place of a line. */
const OF_LOGS: Record<string, readonly string[]> = {
  q: ["", "%20", "%22open", "-only", "OR", `a${NUL}b`, "...", "x".repeat(513), "a%20".repeat(40)],
  after: ["", "x", "1-1001", "1-x", "-1-1", "1-1.2.3", `1-1${NUL}`, HUGE, "999999999999-0"],
};

const RUN = "runs/r-1";

let served: TestGateway;
let document: Document;
let firstCursor = "";
beforeAll(async () => {
  served = await startGateway({ readModel: { isOn: true } });
  document = (await getJson<Document>(`${served.url}/openapi.json`)).body;
  const [first] = await append(served.url, RUN, [draft(1), draft(2)]);
  firstCursor = first?.cursor ?? "";
});
afterAll(() => served.stop());

/** Sends a request that is refused, and checks that it is so in the form in which everything is. */
async function refused(path: string): Promise<Problem> {
  const { status, headers, body } = await getJson<Problem>(`${served.url}${path}`);
  expect([status, headers.get("content-type")], path).toEqual([
    400,
    "application/problem+json; charset=utf-8",
  ]);
  const [, title] = PROBLEMS[body.code];
  expect(body).toMatchObject({ type: `/problems/${body.code}`, title, status: 400 });
  expect(body.detail.length, path).toBeGreaterThan(20);
  expect(body.detail.length, path).toBeLessThan(600);
  return body;
}

const OPERATIONS = [
  ...["readEvents", "readEventsOfRunJob", "readEventsOfCorrelation", "pollEvents", "streamEvents"],
  ...["streamEventsOfRun", "readStateOfRun", "listRuns", "readLogs", "readLogsOfRun"],
  ...["summarizeLogsOfRun", "readLatestRun", "readStats", "readBundleOfRun", "listCheckpoints"],
  ...["proveInclusion", "proveConsistency"],
];

describe.each(OPERATIONS)("%s", (operationId) => {
  /** The address of the operation, and its parameters. */
  function find(): { path: string; parameters: Parameter[] } {
    for (const [path, { get }] of Object.entries(document.paths)) {
      if (get?.operationId !== operationId) continue;
      const parameters = (get.parameters ?? []).filter((parameter) => parameter.in === "query");
      return { path: path.replace("{runId}", "r-1").replaceAll(/\{\w+\}/g, "x"), parameters };
    }
    throw new Error(`there is no operation ${operationId}`);
  }

  test("every value that a parameter cannot have is refused, and the parameter named", async () => {
    const { path, parameters } = find();
    for (const parameter of parameters) {
      const { name } = parameter;
      const others = parameters.filter((other) => other.required === true && other !== parameter);
      const rest = others.map((other) => `${other.name}=1&`).join("");
      const isOfLogs = /\/logs$/.test(path) || (name === "q" && path.endsWith("/events"));
      const values = (isOfLogs ? OF_LOGS[name] : undefined) ?? badValuesOf(parameter);
      for (const value of values) {
        const address = `${path}?${rest}${name}=${value}`;
        const { code, pointer, detail } = await refused(address);
        expect([address, pointer]).toEqual([address, `/query/${name}`]);
        expect(["bad-parameter", "bad-cursor", "cursor-ahead"], address).toContain(code);
        // What is wrong with the name of a subscription is said alike wherever it stands.
        const isNamed = code === "bad-parameter" && name !== "durable";
        if (isNamed) expect(detail).toMatch(new RegExp(`^${name} `));
      }
    }
  });

  test("a parameter that it does not take is refused, and those that it takes are named", async () => {
    const { path, parameters } = find();
    for (const name of ["colour", "correlation_id", "limits", "__proto__", "constructor", ""]) {
      const { code, pointer, detail } = await refused(`${path}?${name}=1`);
      expect([code, pointer]).toEqual(["bad-parameter", `/query/${name}`]);
      const [first] = parameters;
      const isMeant = (other: string) => detail.endsWith(`; ${other} is.`);
      const isNamed = detail.includes(first ? `it takes ${first.name}` : "it takes none");
      expect(isNamed || parameters.some((other) => isMeant(other.name)), detail).toBe(true);
    }
  });
});

test.each([
  [`${RUN}/events?limits=3`, "/query/limits", "; limit is."],
  ["events?levels=error", "/query/levels", "; level is."],
  [`${RUN}/events?correlation_id=x`, "/query/correlation_id", "; correlationId is."],
  ["runs?workflow_id=x", "/query/workflow_id", "; workflowId is."],
  ["runs?level=error", "/query/level", "; it takes status, workflowId, since"],
  [`${RUN}?limit=3`, "/query/limit", "it takes at, consistent"],
  ["checkpoint?x=1", "/query/x", "it takes none"],
  [`${RUN}/events?after=1&before=2`, "/query/before", "cannot go together with after"],
  [`${RUN}/stream?after=1&from=2`, "/query/from", "cannot go together with after"],
  [`${RUN}/stream?last=1&from=now`, "/query/last", "cannot go together with from"],
  [`${RUN}/stream?from=999999`, "/query/from", "is beyond the end of the log"],
  [`${RUN}/stream?durable=a&type=job.*`, "/query/type", "cannot go together with durable"],
  [`${RUN}/events?format=csv&before=1`, "/query/before", "goes with JSON pages only"],
  [`${RUN}/events?format=ndjson&limit=1`, "/query/limit", "goes with JSON pages only"],
  [`${RUN}/logs?format=txt&offset=1`, "/query/offset", "goes with JSON pages only"],
  [`${RUN}/logs?minPriority=7&maxPriority=6`, "/query/maxPriority", "from 7 to 10"],
  [`${RUN}/events?since=2026-03-02&until=2026-03-01`, "/query/since", "must be before until"],
  [`${RUN}/logs?since=2026-03-02&until=2026-03-01`, "/query/since", "must be before until"],
  ["runs?since=2026-03-02&until=2026-03-01", "/query/since", "must be before until"],
  ["stats?since=2026-03-02&until=2026-03-01", "/query/since", "must be before until"],
  ["correlations/x/stream?durable=a", "/query/durable", "not with a correlation"],
  ["stats?since=2100-01-01", "/query/since", "must be before until"],
  [`${RUN}?at=999999`, "/query/at", "is beyond the end of the log"],
  [`${RUN}?at=1.elsewhere`, "/query/at", "is of another log"],
  [`${RUN}/logs?after=1-0.elsewhere`, "/query/after", "is of another log"],
  ["runs?after=1.elsewhere", "/query/after", "is of another log"],
  ["stats?consistent=1.elsewhere", "/query/consistent", "is of another log"],
  [`${RUN}/events?consistent=1.elsewhere`, "/query/consistent", "is of another log"],
  [`${RUN}/bundle?known=999999`, "/query/known", "must be at most"],
  ["proofs/inclusion", "/query/sequence", "says which event to prove"],
])("%s is refused, and why is said", async (path, pointer, why) => {
  const problem = await refused(`/v1/${path}`);
  expect([problem.pointer, problem.detail]).toEqual([pointer, expect.stringContaining(why)]);
});

test("a broken escape is refused, and not taken for a text", async () => {
  for (const path of [`${RUN}/logs?q=%FF`, "runs?q=%ZZ", `${RUN}/events?type=job.%`]) {
    expect((await refused(`/v1/${path}`)).code).toBe("bad-request");
  }
});

test("a cursor of another log is told of as a gap where there is something to go on with", async () => {
  const { body } = await getJson<{ events: unknown[]; gap: object }>(
    `${served.url}/v1/${RUN}/poll?after=1.elsewhere&timeoutMs=0`,
  );
  expect(body.events).toHaveLength(2);
  expect(body.gap).toMatchObject({ reason: "epoch", requested: "1.elsewhere" });
});

test("what is not of the API may be asked with any parameter, and streams with a token", async () => {
  for (const path of ["healthz?probe=1", "readyz?probe=1", "metrics?name=x", "openapi.json?v=2"]) {
    expect((await fetch(`${served.url}/${path}`)).status, path).toBe(200);
  }
  const query = `after=${firstCursor}&to=2&access_token=x`;
  const stream = await fetch(`${served.url}/v1/${RUN}/stream?${query}`);
  expect(stream.status).toBe(200);
  expect(await stream.text()).toContain("stream.checkpoint");
  expect((await refused(`/v1/${RUN}/events?access_token=x`)).pointer).toBe("/query/access_token");
});

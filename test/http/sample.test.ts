import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdtemp, readdir, rm, symlink } from "node:fs/promises";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parsePack } from "../../src/runner/pack-file.js";
import { follow } from "../../src/client/index.js";
import type { Problem } from "../../src/wire/problem.js";
import { startGateway } from "../fixtures/gateway.js";
import { until } from "../fixtures/until.js";
import { getJson, post } from "./requests.js";
import { startServerProcess, type ServerProcess } from "./server-process.js";

interface Begun {
  outcome: string;
  scope: string;
}

let server: ServerProcess;
beforeAll(async () => {
  server = await startServerProcess();
});
afterAll(() => server.stop());

const address = (of = server.url) => `${of}/v1/sample-runs`;

/** A request with whatever headers, `Host` included. */
function ask(method: string, headers: Record<string, string>): Promise<Problem> {
  return new Promise((resolve, reject) => {
    const asking = request(address(), { method, headers }, (response) => {
      let text = "";
      response.on("data", (piece) => (text += String(piece)));
      response.on("end", () => {
        resolve(JSON.parse(text) as Problem);
      });
    });
    asking.on("error", reject).end();
  });
}

const port = () => new URL(server.url).port;

test.each([
  ["a name that points here", () => ({ host: `evil.example:${port()}` }), "/headers/host"],
  ["a name that looks like here", () => ({ host: "127.0.0.1.evil.example" }), "/headers/host"],
  ["another address", () => ({ host: "192.168.1.7:4280" }), "/headers/host"],
  ["a foreign page", () => ({ origin: "https://evil.example" }), "/headers/origin"],
  ["a page of another port", () => ({ origin: "http://127.0.0.1:1" }), "/headers/origin"],
  [
    "the same port by another name",
    () => ({ origin: `http://localhost:${port()}` }),
    "/headers/origin",
  ],
  ["a page without an origin", () => ({ origin: "null" }), "/headers/origin"],
  ["a foreign link", () => ({ "sec-fetch-site": "cross-site" }), "/headers/sec-fetch-site"],
  ["another port's link", () => ({ "sec-fetch-site": "same-site" }), "/headers/sec-fetch-site"],
  ["a proxy", () => ({ "x-forwarded-for": "203.0.113.7" }), "/headers/x-forwarded-for"],
])("starts nothing for %s", async (_, headers, pointer) => {
  for (const method of ["GET", "POST"]) {
    const { status, code, pointer: told } = await ask(method, headers());
    expect({ method, status, code, told }).toEqual({
      method,
      status: 403,
      code: "forbidden-origin",
      told: pointer,
    });
  }
  expect((await getJson(address())).body).toEqual({ running: null });
});

test("starts nothing where it is told what to start", async () => {
  const { status, body } = await post<Problem>(`${address()}?pack=other.yaml`, {});
  expect([status, body.code, body.pointer]).toEqual([400, "bad-parameter", "/query/pack"]);
  expect((await getJson(address())).body).toEqual({ running: null });
});

test("starts the bundled pack and nothing else, once at a time, for its own pages", async () => {
  const own = { origin: server.url, "sec-fetch-site": "same-origin" };
  const other = { pack: "/tmp/other.yaml", run: "other", params: { folder: "/" }, command: "id" };
  const { status, headers, body } = await post<Begun>(address(), other, own);
  expect(status).toBe(202);
  expect(body.outcome).toBe("begun");
  expect(body.scope).toMatch(/^runs\/sample-[a-z0-9]+$/);
  expect(headers.get("location")).toBe(`/v1/${body.scope}`);
  expect((await getJson(address())).body).toEqual({ running: body.scope });

  const again = await post<Problem>(address(), {}, own);
  expect([again.status, again.body.code]).toEqual([409, "sample-running"]);
  expect(again.body.scope).toBe(body.scope);
  expect(again.headers.get("location")).toBe(`/v1/${body.scope}`);

  // What ran are the commands of the pack, and it came to its end.
  const pack = parsePack(
    readFileSync(new URL("../../examples/demo.pack.yaml", import.meta.url), "utf8"),
  );
  if (!pack.ok) throw new Error("the sample pack is none");
  const commands = new Set<unknown>();
  const types = new Set<string>();
  const lines: string[] = [];
  for await (const frame of follow({ url: server.url }, body.scope)) {
    if (frame.kind !== "event") continue;
    const { type, payload } = frame.event;
    types.add(type);
    if (type === "job.started") commands.add(payload["command"]);
    if (type === "log.appended") lines.push(JSON.stringify(payload));
  }
  // All but the one that is for failures.
  const expected = pack.pack.steps.filter(({ id }) => id !== "alarm").map(({ run }) => run);
  expect([...commands].toSorted()).toEqual(expected.toSorted());
  expect(types).toContain("run.completed");
  // It found what it counts, where a package has it too.
  expect(lines.join("")).toMatch(/dist\/cli\/ +[1-9]/);
  await expect
    .poll(async () => (await getJson(address())).body, { timeout: 15_000 })
    .toEqual({ running: null });
});

test("ends the sample with the server, and says so", async () => {
  const ending = await startServerProcess();
  const { body } = await post<Begun>(address(ending.url), {});
  const types: string[] = [];
  const following = (async () => {
    for await (const frame of follow({ url: ending.url }, body.scope)) {
      if (frame.kind === "event") types.push(frame.event.type);
    }
  })();
  await until("a step has begun", () => types.includes("job.started"));
  await Promise.all([following, ending.stop()]);
  expect(types.at(-1)).toBe("run.canceled");
});

test("is part of the package, wherever that is installed", async () => {
  const root = new URL("../../", import.meta.url).pathname;
  const folder = await mkdtemp(join(tmpdir(), "runtrail-package-"));
  const run = promisify(execFile);
  await run("npm", ["pack", "--ignore-scripts", "--pack-destination", folder], { cwd: root });
  const [archive = ""] = await readdir(folder);
  await run("tar", ["-xzf", archive], { cwd: folder });
  await symlink(join(root, "node_modules"), join(folder, "package", "node_modules"));
  const installed = await startServerProcess({}, join(folder, "package", "dist/cli/main.js"));
  const { status, body } = await post<Begun>(address(installed.url), {});
  expect(status).toBe(202);
  const found = /dist\/cli\/ +[1-9]/;
  for await (const frame of follow({ url: installed.url }, body.scope)) {
    if (frame.kind === "event" && found.test(JSON.stringify(frame.event.payload))) break;
    if (frame.kind === "end") throw new Error("the sample has ended without finding its files");
  }
  await installed.stop();
  await rm(folder, { recursive: true });
});

test("is not there on an address that others reach", async () => {
  const open = await startServerProcess({ RUNTRAIL_HOST: "0.0.0.0", RUNTRAIL_INSECURE: "1" });
  const asked = await getJson<Problem>(address(open.url));
  const started = await post<Problem>(address(open.url), {});
  await open.stop();
  for (const { status, body } of [asked, started]) {
    expect([status, body.code]).toEqual([404, "not-found"]);
  }
});

test("is not there on a NATS of somebody else", async () => {
  const served = await startGateway();
  const asked = await getJson<Problem>(address(served.url));
  const started = await post<Problem>(address(served.url), {});
  await served.stop();
  for (const { status, body } of [asked, started]) {
    expect([status, body.code]).toEqual([404, "not-found"]);
  }
});

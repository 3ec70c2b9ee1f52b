import fc from "fast-check";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { Problem } from "../../src/wire/problem.js";
import { startGateway, type TestGateway } from "../fixtures/gateway.js";
import { answerOf, connectTo, getJson, post, readSocket } from "./requests.js";

let served: TestGateway;
beforeAll(async () => {
  served = await startGateway({ readModel: { isOn: true } });
});
afterAll(() => served.stop());

/** A request line as it is: `fetch` would tidy the path up. */
async function ask(text: string): Promise<{ status: number; head: string; body: string }> {
  const socket = await connectTo(served.url);
  socket.write(text);
  const answer = await readSocket(socket);
  const [head = "", body = ""] = answer.split("\r\n\r\n");
  return { status: Number(head.split(" ")[1]), head: head.toLowerCase(), body };
}

const BAD_SCOPES = [
  "runs/../x",
  "runs/..",
  "runs/.",
  "runs/a.b",
  "runs/*",
  "runs/>",
  "runs/",
  "runs/a/b",
  "runs/a/runs/b",
  "jobs/a/jobs/b",
  "pack-runs/a/runs/b",
  "runs/a/jobs/b/jobs/c",
  "runs/a/pack-runs/b/jobs/c/jobs/d",
  "Runs/a",
  "%72uns%2fa",
  "runs/a%2fjobs%2fb",
  "runs/%2e%2e",
  "runs/a%00",
  "runs/a%20b",
  "runs/%c3%a4",
  "runs/%zz",
  "runs/%ff",
  `runs/${"x".repeat(129)}`,
  "tenants/acme",
];

test.each(BAD_SCOPES)("refuses the scope %s and says what a scope is", async (scope) => {
  for (const resource of ["events", "stream"]) {
    const { status, head, body } = await ask(
      `GET /v1/${scope}/${resource} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`,
    );
    const problem = JSON.parse(body) as Problem;
    expect({ status, code: problem.code }).toEqual({ status: 400, code: "bad-scope" });
    expect(problem.detail.length).toBeGreaterThan(20);
    expect(head).toContain("application/problem+json");
    expect(head).toMatch(/x-request-id: \S+/);
  }
});

test("takes an id of 128 characters in each of three pairs", async () => {
  const id = "x".repeat(128);
  const { status } = await getJson(`${served.url}/v1/runs/${id}/pack-runs/${id}/jobs/${id}/events`);
  expect(status).toBe(200);
});

test("answers unknown addresses with 404", async () => {
  for (const path of [
    "/v1",
    "/v2/runs/r/events",
    "/v1/runs/r",
    "/v1/runs/events",
    "/v1/nothing",
    "/events",
  ]) {
    const { status, body } = await getJson<Problem>(served.url + path);
    expect({ path, status, code: body.code }).toEqual({ path, status: 404, code: "not-found" });
  }
});

test("answers other methods with 405 and those that are taken", async () => {
  for (const [path, allowed] of [
    ["/v1/runs/r/events", "GET, HEAD, OPTIONS, POST"],
    ["/v1/events", "GET, HEAD, OPTIONS, POST"],
    ["/v1/runs/r/jobs/j/stream", "GET, HEAD, OPTIONS"],
    ["/healthz", "GET, HEAD, OPTIONS"],
  ] as const) {
    for (const method of ["DELETE", "PUT", "PATCH"]) {
      const response = await fetch(served.url + path, { method, body: "whatever" });
      expect(response.headers.get("allow")).toBe(allowed);
      const { status, body } = await answerOf<Problem>(response);
      expect({ status, code: body.code }).toEqual({ status: 405, code: "method-not-allowed" });
    }
  }
});

test("answers media types that it does not take with 415", async () => {
  for (const [type, more] of [
    ["text/plain", {}],
    ["application/json; charset=latin1", {}],
    ["application/xml", {}],
    ["nonsense", {}],
    ["application/json", { "content-encoding": "gzip" }],
  ] as const) {
    const { status, body } = await post<Problem>(`${served.url}/v1/runs/r/events`, "{}", {
      "content-type": type,
      ...more,
    });
    expect({ type, status, code: body.code }).toEqual({
      type,
      status: 415,
      code: "unsupported-media-type",
    });
  }
  const { status } = await post(`${served.url}/v1/runs/r/events`, "{}", {
    "content-type": "Application/JSON; Charset=UTF-8",
  });
  expect(status).toBe(422);
});

test("answers over-long URLs with 414, and headers with 431", async () => {
  for (const length of [9000, 15_000, 40_000]) {
    const { status, body } = await getJson<Problem>(
      `${served.url}/v1/${"x".repeat(length)}/events`,
    );
    expect({ status, code: body.code }).toEqual({ status: 414, code: "uri-too-long" });
  }
  const { status, body } = await ask(
    `GET / HTTP/1.1\r\nHost: x\r\n${"X-Long: long\r\n".repeat(3000)}\r\n`,
  );
  expect(status).toBe(431);
  expect(JSON.parse(body)).toMatchObject({ code: "headers-too-large" });
});

test.each([
  ["garbage", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n"],
  ["a line of text", "hello, is anybody there?\r\n\r\n"],
  ["a method that there is not", "FETCH /healthz HTTP/1.1\r\nHost: x\r\n\r\n"],
  ["a header without a colon", "GET /healthz HTTP/1.1\r\nHost x\r\n\r\n"],
  [
    "two lengths",
    "POST /v1/events HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
  ],
  [
    "a length and chunks",
    "POST /v1/events HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
  ],
  ["a request without a Host", "GET /healthz HTTP/1.1\r\nConnection: close\r\n\r\n"],
  ["HTTP/3.0", "GET /healthz HTTP/3.0\r\nHost: x\r\n\r\n"],
])("answers %s on the socket with a problem, and lives", async (_what, text) => {
  const { status, head, body } = await ask(text);
  expect(status).toBe(400);
  expect(head).toContain("application/problem+json");
  expect(JSON.parse(body)).toMatchObject({ code: "bad-request" });
  expect((await fetch(`${served.url}/healthz`)).status).toBe(200);
});

test("lives through whatever bytes come over a socket", async () => {
  const start = fc.constantFrom(
    "",
    "GET /v1/events HTTP/1.1\r\n",
    "POST /v1/events HTTP/1.1\r\nHost: x\r\n",
  );
  const middle = fc.constantFrom(
    "",
    "Content-Length: 9\r\n\r\n",
    "Transfer-Encoding: chunked\r\n\r\n",
  );
  const bytes = fc.uint8Array({ maxLength: 200 });
  await fc.assert(
    fc.asyncProperty(start, middle, bytes, async (line, header, rest) => {
      const socket = await connectTo(served.url);
      socket.end(Buffer.concat([Buffer.from(line + header), rest]));
      const answer = await readSocket(socket);
      if (answer !== "") expect(answer).toMatch(/^HTTP\/1\.1 [245]\d\d /);
    }),
    { numRuns: 200 },
  );
  expect((await fetch(`${served.url}/healthz`)).status).toBe(200);
});

test("takes a request that expects what there is not", async () => {
  const { status } = await ask(
    "GET /healthz HTTP/1.1\r\nHost: x\r\nExpect: the-best\r\nConnection: close\r\n\r\n",
  );
  expect(status).toBe(200);
});

test("survives a chunked body that breaks in the middle of its answer", async () => {
  const socket = await connectTo(served.url);
  socket.write(
    "POST /v1/runs/broken/events HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-ndjson\r\n" +
      "Transfer-Encoding: chunked\r\n\r\n",
  );
  socket.write("3\r\n{}\n\r\nthis is no chunk\r\n");
  const text = await readSocket(socket);
  expect(text.match(/HTTP\/1\.1/g)).toHaveLength(1);
  expect((await fetch(`${served.url}/healthz`)).status).toBe(200);
});

test("takes the client's request id when it is a sane one", async () => {
  const id = async (given?: string) => {
    const headers = given === undefined ? {} : { "x-request-id": given };
    const response = await fetch(`${served.url}/nothing`, { headers });
    return response.headers.get("x-request-id");
  };
  expect(await id("build-42/step.7")).toBe("build-42/step.7");
  for (const bad of ["a b", "x".repeat(200), 'id"with"quotes', undefined]) {
    expect(await id(bad)).toMatch(/^[0-9a-f-]{36}$/);
  }
});

test("lets pages of this machine and of the configured origins in, and nobody else's", async () => {
  const preflight = await fetch(`${served.url}/v1/runs/r/events`, {
    method: "OPTIONS",
    headers: {
      origin: "http://127.0.0.1:5173",
      "access-control-request-method": "POST",
      "access-control-request-headers": "authorization, content-type, last-event-id",
    },
  });
  expect(preflight.status).toBe(204);
  const allowed = preflight.headers.get("access-control-allow-headers")?.toLowerCase() ?? "";
  for (const header of ["last-event-id", "authorization", "content-type"]) {
    expect(allowed).toContain(header);
  }
  expect(preflight.headers.get("access-control-allow-origin")).toBe("http://127.0.0.1:5173");

  const open = await served.serve({ corsOrigins: ["https://ci.example"] });
  const answer = async (path: string, origin: string) => {
    const { headers } = await fetch(open.url + path, { headers: { origin } });
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("vary")).toContain("Origin");
    return headers.get("access-control-allow-origin");
  };
  for (const path of [
    "/v1/runs/r/events",
    "/nothing",
    "/v1/runs/a.b/stream",
    "/v1/runs/%zz/events",
  ]) {
    for (const origin of ["https://ci.example", "http://localhost", "https://[::1]:8443"]) {
      expect(await answer(path, origin)).toBe(origin);
    }
    for (const origin of ["https://elsewhere.example", "http://localhost.evil.example", "null"]) {
      expect(await answer(path, origin)).toBeNull();
    }
  }
});

test.each([
  ["stream", 200],
  // Where a token does not belong into the URL.
  ["events", 400],
])("writes one line for a request of %s, and no token", async (resource, status) => {
  const id = `logged-once-${resource}`;
  const url = `${served.url}/v1/runs/r/${resource}?access_token=secret&after=0&ticket=hidden`;
  const headers = { "x-request-id": id, authorization: "Bearer secret" };
  await fetch(url, { method: "HEAD", headers });
  const lines = () => served.log.filter(({ reqId }) => reqId === id);
  await expect.poll(() => lines().length).toBe(1);
  expect(lines()[0]).toMatchObject({ level: 30, method: "HEAD", status });
  expect(JSON.stringify(lines())).not.toMatch(/secret|hidden/);
});

test("answers an error that nobody has foreseen with 500, and keeps what it says for the log", async () => {
  const open = vi
    .spyOn(served.gateway.coordinator, "open")
    .mockRejectedValueOnce(new Error("a secret of ours"));
  try {
    const { status, body } = await getJson<Problem>(`${served.url}/v1/runs/r/stream`, {
      "x-request-id": "unforeseen",
    });
    expect(status).toBe(500);
    expect(body.code).toBe("internal");
    expect(JSON.stringify(body)).not.toContain("secret");
    const line = served.log.find(({ reqId, level }) => reqId === "unforeseen" && level === 50);
    expect(line).toMatchObject({ err: { message: "a secret of ours" } });
  } finally {
    open.mockRestore();
  }
});

test("is alive while NATS is away, and says why it is not ready", async () => {
  expect(await getJson(`${served.url}/healthz`)).toMatchObject({ status: 200 });
  expect(await getJson(`${served.url}/readyz`)).toMatchObject({
    status: 200,
    body: { ready: true },
  });
  process.kill(served.nats.server.pid, "SIGKILL");
  await expect
    .poll(async () => (await getJson(`${served.url}/readyz`)).status, { interval: 5 })
    .toBe(503);
  const away = await getJson<Problem>(`${served.url}/readyz`);
  if (away.status === 503) {
    expect(away.headers.get("content-type")).toContain("application/problem+json");
    expect(away.body).toMatchObject({
      code: "unavailable",
      ready: false,
      reason: expect.any(String) as string,
    });
  }
  expect(await getJson(`${served.url}/healthz`)).toMatchObject({ status: 200 });
  await expect.poll(async () => (await getJson(`${served.url}/readyz`)).status).toBe(200);
});

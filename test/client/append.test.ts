import type { IncomingMessage, ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { afterEach, expect, test } from "vitest";
import {
  append,
  ProtocolError,
  RequestRefusedError,
  UnavailableError,
  type Draft,
} from "../../src/client/index.js";
import { listen, type TestServer } from "./log-server.js";

const SCOPE = "runs/r-42";
const servers: TestServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

type Answer = (drafts: Draft[], request: IncomingMessage, response: ServerResponse) => void;

/** Answers the requests one after the other; the last answer is the answer to all further ones. */
async function serve(...answers: Answer[]) {
  const requests: { url: string; drafts: Draft[]; authorization: string | undefined }[] = [];
  const server = await listen((request, response) => {
    void (async () => {
      const drafts = JSON.parse(await text(request)) as Draft[];
      const { url = "", headers } = request;
      requests.push({ url, drafts, authorization: headers.authorization });
      const answer = answers[Math.min(requests.length, answers.length) - 1];
      answer?.(drafts, request, response);
    })();
  });
  servers.push(server);
  return { url: server.url, requests };
}

const problem = (code: string, more = {}) => ({ code, detail: `detail of ${code}`, ...more });

/** Stores all drafts, or refuses those of type `bad.*` and then applies none. */
const decide: Answer = (drafts, _, response) => {
  const isBad = ({ type }: Draft) => type.startsWith("bad.");
  const results = drafts.map((draft, i) => {
    if (isBad(draft)) return { outcome: "invalid", problem: problem("invalid-event") };
    if (drafts.some(isBad)) return { outcome: "not-applied", problem: problem("not-applied") };
    return { outcome: "appended", id: draft.id, index: i + 1 };
  });
  response.end(JSON.stringify(results));
};

const unavailable: Answer = (drafts, _, response) => {
  const outcome = { outcome: "unavailable", problem: problem("unavailable", { retryAfterMs: 5 }) };
  response.end(JSON.stringify(drafts.map(() => outcome)));
};

const status =
  (code: number, body?: unknown): Answer =>
  (_, __, response) => {
    response.writeHead(code, { "content-type": "application/problem+json" });
    response.end(JSON.stringify(body ?? problem("unavailable", { retryAfterMs: 5 })));
  };

const reset: Answer = (_, request) => request.socket.destroy();

const breakOff: Answer = (_, request, response) => {
  response.writeHead(200, { "content-length": "1000" });
  response.write("[{", () => request.socket.destroy());
};

const draft = (type: string): Draft => ({ type, payload: {} });

test("returns a result for each draft, in order", async () => {
  const { url, requests } = await serve(decide);
  const results = await append({ url, token: "secret" }, SCOPE, [draft("a.a"), draft("a.b")]);
  expect(results).toMatchObject([
    { outcome: "appended", index: 1 },
    { outcome: "appended", index: 2 },
  ]);
  expect(requests).toMatchObject([
    { url: "/v1/runs/r-42/events?atomic=1", authorization: "Bearer secret" },
  ]);
});

test("appends to the scopes that the drafts name when it is told none", async () => {
  const { url, requests } = await serve(decide);
  await append({ url: `${url}/prefix/` }, "", [{ ...draft("a.a"), scope: SCOPE }]);
  expect(requests[0]?.url).toBe("/prefix/v1/events?atomic=1");
});

test.each([
  ["is cut off before its answer", reset],
  ["is cut off in its answer", breakOff],
  ["gets 503", status(503)],
  ["gets 502 from a proxy", status(502, "<html>")],
  ["gets 429", status(429)],
  ["is told that the store is not available", unavailable],
])("sends the same drafts with the same ids again when a request %s", async (_, failure) => {
  const { url, requests } = await serve(failure, failure, decide);
  const results = await append({ url }, SCOPE, [
    draft("a.a"),
    { ...draft("a.b"), id: "chosen-id" },
  ]);
  expect(results.map(({ outcome }) => outcome)).toEqual(["appended", "appended"]);
  const ids = requests.map(({ drafts }) => drafts.map(({ id }) => id));
  expect(ids).toHaveLength(3);
  expect(new Set(ids.map(String)).size).toBe(1);
  expect(ids[0]?.[0]).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7/);
  expect(ids[0]?.[1]).toBe("chosen-id");
});

test("stores the others, in order, when a draft is refused", async () => {
  const { url, requests } = await serve(decide);
  const types = ["a.a", "bad.b", "a.c", "bad.d", "a.e"];
  const results = await append({ url }, SCOPE, types.map(draft));
  const outcomes = results.map(({ outcome }) => outcome);
  expect(outcomes).toEqual(["appended", "invalid", "appended", "invalid", "appended"]);
  expect(requests.at(-1)?.drafts.map(({ type }) => type)).toEqual(["a.a", "a.c", "a.e"]);
});

test("refuses a draft that is too large by itself, and stores the others", async () => {
  const { url, requests } = await serve(decide);
  const large = { ...draft("a.b"), payload: { text: "ü".repeat(600_000) } };
  const results = await append({ url }, SCOPE, [draft("a.a"), large, draft("a.c")]);
  expect(results).toMatchObject([
    { outcome: "appended" },
    { outcome: "invalid", problem: { code: "too-large" } },
    { outcome: "appended" },
  ]);
  expect(requests.map(({ drafts }) => drafts.length)).toEqual([2]);
});

test("stores nothing when all or none is asked for and a draft is refused", async () => {
  const { url, requests } = await serve(decide);
  const drafts = [draft("a.a"), draft("bad.b")];
  const results = await append({ url }, SCOPE, drafts, { atomic: true });
  expect(results.map(({ outcome }) => outcome)).toEqual(["not-applied", "invalid"]);
  expect(requests).toHaveLength(1);
});

test("divides what is too much for one request, by number and by size", async () => {
  const { url, requests } = await serve(decide);
  await append(
    { url },
    SCOPE,
    Array.from({ length: 2500 }, () => draft("a.a")),
  );
  expect(requests.map(({ drafts }) => drafts.length)).toEqual([1000, 1000, 500]);

  requests.length = 0;
  const large = { ...draft("a.a"), payload: { text: "x".repeat(1_000_000) } };
  await append(
    { url },
    SCOPE,
    Array.from({ length: 9 }, () => large),
  );
  expect(requests.map(({ drafts }) => drafts.length)).toEqual([4, 4, 1]);
});

test("gives up when the server stays away for longer than allowed", async () => {
  const { url } = await serve(status(503));
  const failure = append({ url }, SCOPE, [draft("a.a")], { retryForMs: 50 });
  await expect(failure).rejects.toThrow(UnavailableError);
  await expect(failure).rejects.toThrow("detail of unavailable");
});

test("stops trying when its signal aborts, and says before each wait why it waits", async () => {
  const { url } = await serve(reset);
  const stop = new AbortController();
  const reasons: string[] = [];
  const failure = append({ url }, SCOPE, [draft("a.a")], {
    retryForMs: Infinity,
    signal: stop.signal,
    onRetry: ({ reason }) => {
      if (reasons.push(reason) === 2) stop.abort(new Error("enough"));
    },
  });
  await expect(failure).rejects.toThrow("enough");
  expect(reasons).toEqual([`${url} does not answer`, `${url} does not answer`]);
});

test.each(["<html>", "{}", "[]"])("throws when something else answers: %s", async (body) => {
  const { url } = await serve((_, __, response) => response.end(body));
  await expect(append({ url }, SCOPE, [draft("a.a")])).rejects.toThrow(ProtocolError);
});

test("throws at once when the request as a whole is refused", async () => {
  const { url, requests } = await serve(status(401, problem("unauthorized")));
  const failure = append({ url }, SCOPE, [draft("a.a")]);
  await expect(failure).rejects.toThrow(RequestRefusedError);
  expect(requests).toHaveLength(1);
});

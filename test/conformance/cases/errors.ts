import assert from "node:assert/strict";
import type { Chapter } from "../case.js";
import { step } from "../kit/drafts.js";
import { expectProblem } from "../kit/problems.js";
import { get, post, type Answer, type Problem } from "../kit/requests.js";
import { freshRun } from "../kit/scopes.js";

async function send(url: string, init: RequestInit): Promise<Answer<Problem>> {
  const response = await fetch(url, init);
  const { status, headers } = response;
  return { status, headers, body: (await response.json()) as Problem };
}

/** What cannot be done is told in one form. */
export const errors: Chapter = {
  title: "errors",
  cases: [
    {
      name: "points to what is wrong with a draft",
      run: async (base) => {
        const url = `${base}/v1/${freshRun()}/events`;
        for (const [draft, code, pointer] of [
          [{ type: "run.started", payload: {} }, "invalid-event", "/payload/workflowId"],
          [{ type: "run.nonsense", payload: {} }, "unknown-type", "/type"],
          [{ type: "Upper.Case", payload: {} }, "invalid-event", "/type"],
          [{ type: "conformance.step" }, "invalid-event", "/payload"],
          [{ type: "conformance.step", payload: [] }, "invalid-event", "/payload"],
          [step(1, { colour: "red" }), "invalid-event", "/colour"],
          [step(1, { id: "short" }), "invalid-event", "/id"],
          [step(1, { correlationId: "with blank" }), "invalid-event", "/correlationId"],
          [step(1, { occurredAt: "yesterday" }), "invalid-event", "/occurredAt"],
          [step(1, { expect: { index: -1 } }), "invalid-event", "/expect/index"],
          ["text", "invalid-event", ""],
        ] as const) {
          const answer = await post<Problem>(url, JSON.stringify(draft));
          expectProblem(answer, code, { status: 422, pointer });
        }
      },
    },
    {
      name: "points to a parameter that is wrong",
      run: async (base) => {
        const url = `${base}/v1/${freshRun()}`;
        for (const [address, name] of [
          ["events?limit=0", "limit"],
          ["events?limit=1001", "limit"],
          ["events?limit=ten", "limit"],
          ["events?order=sideways", "order"],
          ["events?limits=5", "limits"],
          ["events?limit=5&limit=5", "limit"],
          ["events?since=yesterday", "since"],
          ["events?since=2026-03-02&until=2026-03-01", "since"],
          ["stream?from=yesterday", "from"],
          ["stream?last=0", "last"],
          ["stream?to=0", "to"],
          ["stream?as=xml", "as"],
        ] as const) {
          const answer = await get<Problem>(`${url}/${address}`);
          expectProblem(answer, "bad-parameter", { status: 400, pointer: `/query/${name}` });
        }
      },
    },
    {
      name: "refuses bodies that are no JSON, or say that they are something else",
      run: async (base) => {
        const url = `${base}/v1/${freshRun()}/events`;
        expectProblem(await post(url, '{"type":'), "malformed-json", { status: 400 });
        const xml = await post<Problem>(url, "<draft/>", { "content-type": "application/xml" });
        expectProblem(xml, "unsupported-media-type", { status: 415 });
      },
    },
    {
      name: "refuses a draft of more than 1 MiB",
      run: async (base) => {
        const payload = { text: "x".repeat(1024 * 1024) };
        const url = `${base}/v1/${freshRun()}/events`;
        expectProblem(await post(url, step(1, { payload })), "too-large", { status: 413 });
      },
    },
    {
      name: "refuses a scope that is none",
      run: async (base) => {
        for (const scope of [
          "runs/a.b",
          "runs/a%20b",
          "runs/%00",
          `runs/${"x".repeat(129)}`,
          "jobs/a/runs/b",
          "trains/a",
        ]) {
          for (const resource of ["events", "stream"]) {
            const answer = await get<Problem>(`${base}/v1/${scope}/${resource}`);
            expectProblem(answer, "bad-scope", { status: 400 });
          }
        }
      },
    },
    {
      name: "has the same form for addresses and methods that there are not",
      run: async (base) => {
        expectProblem(await get(`${base}/v1/nowhere/at/all`), "not-found", { status: 404 });
        const put = await send(`${base}/v1/${freshRun()}/events`, { method: "PUT", body: "{}" });
        expectProblem(put, "method-not-allowed", { status: 405 });
        assert.match(put.headers.get("allow") ?? "", /GET.*POST/);
      },
    },
    {
      name: "lists every code in its OpenAPI document",
      run: async (base) => {
        const response = await fetch(`${base}/openapi.json`);
        assert.equal(response.status, 200);
        const text = await response.text();
        for (const code of [
          "bad-cursor",
          "bad-parameter",
          "bad-scope",
          "conflict",
          "cursor-ahead",
          "id-reused",
          "invalid-event",
          "malformed-json",
          "method-not-allowed",
          "not-applied",
          "not-found",
          "scope-closed",
          "too-large",
          "too-many-streams",
          "unavailable",
          "unknown-type",
          "unsupported-media-type",
        ]) {
          assert.ok(text.includes(`"${code}"`), `${code} is not in /openapi.json`);
        }
      },
    },
    {
      name: "gives every response an x-request-id",
      run: async (base) => {
        const run = freshRun();
        const ids = await Promise.all([
          fetch(`${base}/v1/${run}/events`),
          fetch(`${base}/v1/nowhere`),
          fetch(`${base}/openapi.json`),
          fetch(`${base}/v1/${run}/events`, { method: "POST", body: JSON.stringify(step(1)) }),
        ]).then((responses) => responses.map(({ headers }) => headers.get("x-request-id")));
        assert.ok(ids.every((id) => id !== null && id !== ""));
        assert.equal(new Set(ids).size, ids.length, "two requests have one id");
      },
    },
  ],
};

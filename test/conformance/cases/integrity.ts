import assert from "node:assert/strict";
import type { Chapter } from "../case.js";
import { verified } from "../kit/chains.js";
import { runCompleted, step, steps } from "../kit/drafts.js";
import { eventsAmong, readWhole } from "../kit/event-stream.js";
import { expectProblem } from "../kit/problems.js";
import { append, indicesOf, item, post, readPage, type Problem } from "../kit/requests.js";
import { freshRun } from "../kit/scopes.js";

/** Payloads on which canonical forms tend to differ. */
const AWKWARD: Record<string, unknown>[] = [
  {},
  { "": "", "\u20ac": 1, "\r": 2, "\ufb33": 3, "1": 4, "\u{1f600}": 5, "\u0080": 6, "\u00f6": 7 },
  { b: 1, a: { d: [], c: {} }, aa: null, A: true, "a b": false },
  {
    numbers: [
      0, 1, -1, 0.1, 1e21, 1e-7, 123456789.125, 5e-324, 1.7976931348623157e308, 333333333.3,
    ],
  },
  { integers: [9007199254740991, -9007199254740991, 1e22, 100000] },
  { text: '\u0000\u0001\b\t\n\u000b\f\r\u001f"\\/\u007f\u2028\u2029\u{1f600}é\ufeff\uffff' },
  { "\u2028": ['\u20ac$\u000f\nA\'B"\\\\"/'] },
  { __proto__x: 1, constructor: { prototype: 1 }, toString: "x" },
];

/** Hashes and chains, computed anew from the bytes that the server sends. */
export const integrity: Chapter = {
  title: "hashes and chains",
  cases: [
    {
      name: "sends envelopes in canonical form with their own hash, chained in each scope",
      run: async (base) => {
        const run = freshRun();
        const scopes = [run, `${run}/jobs/a`, `${run}/pack-runs/p/jobs/b`];
        const drafts = steps(120).map((draft, i) => ({
          ...draft,
          payload: item(AWKWARD, i % AWKWARD.length),
          scope: item(scopes, i % 3),
        }));
        const stored = await append(base, "", drafts);
        await append(base, run, [runCompleted]);
        const texts = eventsAmong(await readWhole(`${base}/v1/${run}/stream`)).map(
          ({ data }) => data,
        );
        const envelopes = verified(texts);
        assert.equal(envelopes.length, 121);
        for (const [i, { payload, scope, hash, id, v }] of envelopes.slice(0, -1).entries()) {
          const { payload: sent, scope: to } = item(drafts, i);
          assert.deepEqual({ payload, scope, v }, { payload: sent, scope: to, v: 1 });
          const answer = item(stored, i);
          assert.deepEqual({ hash, id }, { hash: answer.hash, id: answer.id });
        }
      },
    },
    {
      name: "sends the same bytes in NDJSON",
      run: async (base) => {
        const run = freshRun();
        const drafts = AWKWARD.map((payload) => step(1, { payload }));
        await append(base, run, drafts);
        const headers = { accept: "application/x-ndjson" };
        const response = await fetch(`${base}/v1/${run}/events`, { headers });
        const bytes = new Uint8Array(await response.arrayBuffer());
        const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
        const member = '"event":';
        const texts = text
          .split("\n")
          .filter((line) => line !== "")
          .map((line) => line.slice(line.indexOf(member) + member.length, -1));
        assert.equal(verified(texts).length, AWKWARD.length);
      },
    },
    {
      name: "refuses values that JSON cannot hold, or that two texts would hash alike",
      run: async (base) => {
        const run = freshRun();
        const nested = `${"[".repeat(70)}${"]".repeat(70)}`;
        for (const [json, pointer] of [
          ["-0", "/payload/x"],
          ["1e400", "/payload/x"],
          ["9007199254740993", "/payload/x"],
          ['"\\ud800"', "/payload/x"],
          ['{"a":[1,-0]}', "/payload/x/a/1"],
          ['{"\\udc00":1}', "/payload/x"],
          [nested, undefined],
        ] as const) {
          const body = `{"type":"conformance.step","payload":{"x":${json}}}`;
          const answer = await post<Problem>(`${base}/v1/${run}/events`, body);
          const expected = { status: 422, ...(pointer !== undefined && { pointer }) };
          expectProblem(answer, "invalid-event", expected);
        }
        assert.deepEqual(indicesOf(await readPage(base, run)), []);
      },
    },
  ],
};

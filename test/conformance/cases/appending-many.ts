import assert from "node:assert/strict";
import { once } from "node:events";
import { request as httpRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import { createInterface } from "node:readline";
import type { Chapter } from "../case.js";
import { numbers, step, steps } from "../kit/drafts.js";
import { expectProblem } from "../kit/problems.js";
import {
  indicesOf,
  post,
  readPage,
  type Problem,
  type Refused,
  type Stored,
} from "../kit/requests.js";
import { freshRun } from "../kit/scopes.js";

type Result = Stored | Refused;

/** Arrays and NDJSON. */
export const appendingMany: Chapter = {
  title: "appending many drafts",
  cases: [
    {
      name: "stores an array in its order, and gives a result for each draft",
      run: async (base) => {
        const run = freshRun();
        const { status, body } = await post<Stored[]>(`${base}/v1/${run}/events`, steps(1000));
        assert.equal(status, 200);
        assert.deepEqual(
          body.map(({ index }) => index),
          numbers(1, 1000),
        );
        const { events } = await readPage(base, run, "?limit=1000");
        assert.deepEqual(
          events.map(({ event }) => event.payload["n"]),
          numbers(1, 1000),
        );
        assert.deepEqual(
          events.map(({ cursor }) => cursor),
          body.map(({ cursor }) => cursor),
        );
      },
    },
    {
      name: "refuses an array of more than 1,000 drafts, and stores none of it",
      run: async (base) => {
        const run = freshRun();
        const answer = await post<Problem>(`${base}/v1/${run}/events`, steps(1001));
        expectProblem(answer, "too-large", { status: 413 });
        assert.deepEqual(indicesOf(await readPage(base, run)), []);
      },
    },
    {
      name: "does not let one draft of an array fail for another one's sake",
      run: async (base) => {
        const run = freshRun();
        const { status, body } = await post<Result[]>(`${base}/v1/${run}/events`, [
          step(1),
          { type: "run.started", payload: {} },
          step(2, { expect: { index: 9 } }),
          step(3),
        ]);
        assert.equal(status, 200);
        assert.deepEqual(
          body.map((result) => ("problem" in result ? result.problem.code : result.index)),
          [1, "invalid-event", "conflict", 2],
        );
        assert.deepEqual(
          body.map(({ outcome }) => outcome),
          ["appended", "invalid", "conflict", "appended"],
        );
      },
    },
    {
      name: "stores all of an atomic array",
      run: async (base) => {
        const run = freshRun();
        const drafts = steps(50).map((draft, i) => ({
          ...draft,
          scope: i % 2 === 0 ? run : `${run}/jobs/j`,
        }));
        const { status, body } = await post<Stored[]>(`${base}/v1/events?atomic=1`, drafts);
        assert.equal(status, 200);
        const place = (i: number) => Math.floor(i / 2) + 1;
        assert.deepEqual(
          body.map(({ index }) => index),
          drafts.map((_, i) => place(i)),
        );
      },
    },
    {
      name: "stores none of an atomic array when one draft cannot be",
      run: async (base) => {
        const run = freshRun();
        for (const bad of [step(2, { expect: { index: 7 } }), { type: "run.bogus", payload: {} }]) {
          const drafts = [step(1), bad, step(3)];
          const { body } = await post<Result[]>(`${base}/v1/${run}/events?atomic=1`, drafts);
          const [one, two, three] = body.map(({ outcome }) => outcome);
          assert.deepEqual([one, three], ["not-applied", "not-applied"]);
          assert.ok(two === "conflict" || two === "invalid", `the bad draft is ${two ?? ""}`);
        }
        assert.deepEqual(indicesOf(await readPage(base, run)), []);
      },
    },
    {
      name: "takes drafts of many scopes at /v1/events",
      run: async (base) => {
        const [one, two] = [freshRun(), freshRun()];
        const { body } = await post<Result[]>(`${base}/v1/events`, [
          step(1, { scope: one }),
          step(2, { scope: `${two}/jobs/j` }),
          step(3, { scope: one }),
          step(4),
        ]);
        assert.deepEqual(
          body.map((result) => ("problem" in result ? result.problem.code : result.index)),
          [1, 1, 2, "invalid-event"],
        );
        assert.deepEqual(indicesOf(await readPage(base, one)), [1, 2]);
        assert.deepEqual(indicesOf(await readPage(base, two)), [1]);
      },
    },
    {
      name: "takes NDJSON of any length, and answers each line with a line, in order",
      run: async (base) => {
        const run = freshRun();
        const lines = [
          ...steps(1500).map((draft) => JSON.stringify(draft)),
          '{"type": broken}',
          JSON.stringify({ type: "job.bogus", payload: {} }),
          JSON.stringify(step(1501)),
        ];
        const response = await fetch(`${base}/v1/${run}/events`, {
          method: "POST",
          headers: { "content-type": "application/x-ndjson" },
          body: lines.join("\n"),
        });
        assert.equal(response.status, 200);
        const text = await response.text();
        const results = text
          .split("\n")
          .filter((line) => line !== "")
          .map((line) => JSON.parse(line) as Result);
        assert.deepEqual(
          results.map((result) => ("problem" in result ? result.problem.code : result.index)),
          [...numbers(1, 1500), "malformed-json", "unknown-type", 1501],
        );
      },
    },
    {
      name: "answers lines of NDJSON as they are stored, while more are still to be sent",
      run: async (base) => {
        const run = freshRun();
        const open = base.startsWith("https:") ? httpsRequest : httpRequest;
        const upload = open(`${base}/v1/${run}/events`, {
          method: "POST",
          agent: false,
          headers: { "content-type": "application/x-ndjson" },
        });
        try {
          upload.write(`${JSON.stringify(step(1))}\n`);
          const [response] = (await once(upload, "response")) as [IncomingMessage];
          const results = createInterface(response)[Symbol.asyncIterator]();
          for (const n of [1, 2, 3]) {
            const { value } = (await results.next()) as { value: string };
            assert.equal((JSON.parse(value) as Stored).index, n);
            // The next draft is sent only now that the one before it has been answered.
            if (n < 3) upload.write(`${JSON.stringify(step(n + 1))}\n`);
          }
          upload.end();
          assert.equal((await results.next()).done, true);
        } finally {
          upload.destroy();
        }
      },
    },
  ],
};

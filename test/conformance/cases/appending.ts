import assert from "node:assert/strict";
import type { Chapter } from "../case.js";
import { freshId, jobCompleted, numbers, runCompleted, step, steps } from "../kit/drafts.js";
import { expectProblem } from "../kit/problems.js";
import {
  append,
  appendOne,
  first,
  indicesOf,
  post,
  readPage,
  type Problem,
  type Stored,
} from "../kit/requests.js";
import { freshRun } from "../kit/scopes.js";

/** A draft by itself: what it is answered with, and what of it is stored. */
export const appending: Chapter = {
  title: "appending one draft",
  cases: [
    {
      name: "answers 201 with the place of the event, which can be read from then on",
      run: async (base) => {
        const run = freshRun();
        const { status, body } = await post<Stored>(`${base}/v1/${run}/events`, step(1));
        assert.equal(status, 201);
        const { outcome, index, sequence, cursor, hash, id } = body;
        assert.deepEqual({ outcome, index }, { outcome: "appended", index: 1 });
        assert.match(cursor, new RegExp(`^${sequence}\\.[a-z0-9]{1,16}$`));
        assert.match(hash, /^sha256:[0-9a-f]{64}$/);
        const record = first((await readPage(base, run)).events);
        assert.deepEqual(
          { sequence: record.sequence, cursor: record.cursor },
          { sequence, cursor },
        );
        assert.deepEqual(
          { id: record.event.id, hash: record.event.hash, payload: record.event.payload },
          { id, hash, payload: { n: 1 } },
        );
      },
    },
    {
      name: "keeps the members of the draft, and fills in the others",
      run: async (base) => {
        const run = freshRun();
        const given = {
          id: freshId(),
          correlationId: "order-17",
          causationId: "command-4",
          traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
          occurredAt: "2026-03-01T09:30:00.250Z",
          source: "conformance/kit",
          actor: { subject: "someone", scopes: ["events:append"] },
        };
        await append(base, `${run}/jobs/j`, [step(1, given), step(2)]);
        const [whole, bare] = (await readPage(base, run)).events.map(({ event }) => event);
        const kept = Object.fromEntries(Object.entries(whole ?? {}).filter(([k]) => k in given));
        assert.deepEqual(kept, given);
        assert.equal(whole?.scope, `${run}/jobs/j`);
        assert.equal(bare?.v, 1);
        assert.match(bare.id, /^[A-Za-z0-9_:-]{8,64}$/);
        assert.equal(bare.correlationId, run.slice("runs/".length));
        assert.match(bare.occurredAt, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
        assert.ok(bare.source.length > 0 && bare.origin.length > 0 && bare.tenant.length > 0);
      },
    },
    {
      name: "stores an id once, and answers a repetition with 200 and the place of the first",
      run: async (base) => {
        const [run, id] = [freshRun(), freshId()];
        const url = `${base}/v1/${run}/events`;
        const original = await post<Stored>(url, step(1, { id }));
        await appendOne(base, run, step(2));
        const repetition = await post<Stored>(url, step(1, { id }));
        assert.equal(repetition.status, 200);
        assert.deepEqual(repetition.body, { ...original.body, outcome: "duplicate" });
        assert.deepEqual(indicesOf(await readPage(base, run)), [1, 2]);
      },
    },
    {
      name: "stores an id once when it is sent twenty times at once",
      run: async (base) => {
        const [run, id] = [freshRun(), freshId()];
        const answers = await Promise.all(
          numbers(1, 20).map(() => post<Stored>(`${base}/v1/${run}/events`, step(1, { id }))),
        );
        const statuses = answers.map(({ status }) => status).sort();
        assert.deepEqual(statuses, [...numbers(1, 19).map(() => 200), 201]);
        assert.equal(new Set(answers.map(({ body }) => body.cursor)).size, 1);
        assert.deepEqual(indicesOf(await readPage(base, run)), [1]);
      },
    },
    {
      name: "takes the same id in another scope for another event",
      run: async (base) => {
        const [run, id] = [freshRun(), freshId()];
        for (const scope of [run, `${run}/jobs/j`]) {
          const { status } = await post(`${base}/v1/${scope}/events`, step(1, { id }));
          assert.equal(status, 201);
        }
      },
    },
    {
      name: "refuses an id that has other content with id-reused",
      run: async (base) => {
        const [run, id] = [freshRun(), freshId()];
        await appendOne(base, run, step(1, { id }));
        const answer = await post<Problem>(`${base}/v1/${run}/events`, step(2, { id }));
        expectProblem(answer, "id-reused", { status: 409 });
        assert.deepEqual(indicesOf(await readPage(base, run)), [1]);
      },
    },
    {
      name: "stores with expect only at that index, and otherwise names the index there is",
      run: async (base) => {
        const run = freshRun();
        const url = `${base}/v1/${run}/events`;
        const at = (index: number) => step(index, { expect: { index } });
        assert.equal((await post(url, at(0))).status, 201);
        const refused = await post<Problem>(url, at(0));
        expectProblem(refused, "conflict", { status: 409 });
        assert.equal(refused.body.currentIndex, 1);
        expectProblem(await post<Problem>(url, at(5)), "conflict", { status: 409 });
        assert.equal((await post(url, at(1))).status, 201);
        assert.deepEqual(indicesOf(await readPage(base, run)), [1, 2]);
      },
    },
    {
      name: "stores exactly one of twenty drafts that all expect to be the first",
      run: async (base) => {
        const run = freshRun();
        const statuses = await Promise.all(
          numbers(1, 20).map(async (n) => {
            const draft = step(n, { expect: { index: 0 } });
            return (await post(`${base}/v1/${run}/events`, draft)).status;
          }),
        );
        assert.deepEqual(statuses.sort(), [201, ...numbers(1, 19).map(() => 409)]);
        assert.deepEqual(indicesOf(await readPage(base, run)), [1]);
      },
    },
    {
      name: "gives concurrent appends indices without a hole",
      run: async (base) => {
        const run = freshRun();
        const stored = await Promise.all(steps(100).map((draft) => appendOne(base, run, draft)));
        const indices = stored.map(({ index }) => index).sort((a, b) => a - b);
        assert.deepEqual(indices, numbers(1, 100));
      },
    },
    {
      name: "refuses what comes after the end of a run, also below it",
      run: async (base) => {
        const run = freshRun();
        await append(base, run, [step(1), runCompleted]);
        for (const scope of [run, `${run}/jobs/late`, `${run}/pack-runs/p/jobs/late`]) {
          const answer = await post<Problem>(`${base}/v1/${scope}/events`, step(2));
          expectProblem(answer, "scope-closed", { status: 409 });
        }
      },
    },
    {
      name: "leaves a run open when a job in it ends",
      run: async (base) => {
        const run = freshRun();
        await appendOne(base, `${run}/jobs/j`, jobCompleted);
        await appendOne(base, run, step(1));
        await appendOne(base, `${run}/jobs/another`, step(1));
        const late = await post<Problem>(`${base}/v1/${run}/jobs/j/events`, step(1));
        expectProblem(late, "scope-closed", { status: 409 });
      },
    },
    {
      name: "stores aliases under their canonical names",
      run: async (base) => {
        const run = freshRun();
        await append(base, run, [
          { type: "workflow_started", payload: { workflow_id: "nightly" } },
          { type: "execution.completed", payload: { duration_ms: 3 } },
        ]);
        const stored = (await readPage(base, run)).events.map(({ event }) => [
          event.type,
          event.payload,
        ]);
        assert.deepEqual(stored, [
          ["run.started", { workflowId: "nightly" }],
          ["run.completed", { durationMs: 3 }],
        ]);
      },
    },
  ],
};

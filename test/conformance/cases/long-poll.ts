import assert from "node:assert/strict";
import type { Chapter } from "../case.js";
import { numbers, step, steps } from "../kit/drafts.js";
import { expectProblem } from "../kit/problems.js";
import {
  append,
  appendOne,
  get,
  indicesOf,
  item,
  readPage,
  type Page,
  type Problem,
} from "../kit/requests.js";
import { freshRun } from "../kit/scopes.js";

async function poll(base: string, scope: string, query: string): Promise<Page> {
  const { status, body } = await get<Page>(`${base}/v1/${scope}/poll?${query}`);
  assert.equal(status, 200);
  return body;
}

/** `GET /v1/<scope>/poll`: a page, as soon as there is something on it. */
export const longPoll: Chapter = {
  title: "long poll",
  cases: [
    {
      name: "answers at once with what is there, the same page as without waiting",
      run: async (base) => {
        const run = freshRun();
        const stored = await append(base, run, steps(5));
        for (const query of ["", `after=${item(stored, 1).cursor}`]) {
          const page = await poll(base, run, `${query}&timeoutMs=30000`);
          assert.deepEqual(page, await readPage(base, run, `?${query}`));
        }
      },
    },
    {
      name: "waits for the next event, and answers with it",
      run: async (base) => {
        const run = freshRun();
        const { cursor } = await appendOne(base, run, step(1));
        const polled = poll(base, run, `after=${cursor}&timeoutMs=30000`);
        await appendOne(base, `${run}/jobs/j`, step(2));
        const { events } = await polled;
        assert.deepEqual(
          events.map(({ event }) => event.payload["n"]),
          [2],
        );
      },
    },
    {
      name: "answers with an empty page, good to go on from, when nothing has come in time",
      run: async (base) => {
        const run = freshRun();
        const startedMs = performance.now();
        const page = await poll(base, run, "timeoutMs=300");
        assert.ok(performance.now() - startedMs >= 290, "it has not waited");
        assert.deepEqual(page.events, []);
        assert.equal(page.caughtUp, true);
        await appendOne(base, run, step(1));
        assert.deepEqual(indicesOf(await poll(base, run, `after=${page.next}`)), [1]);
      },
    },
    {
      name: "leads through a scope that grows without a loss or a repetition",
      run: async (base) => {
        const run = freshRun();
        const appended = (async () => {
          for (let n = 0; n < 20; n++) await append(base, run, steps(10));
        })();
        const seen: number[] = [];
        let query = "timeoutMs=30000";
        while (seen.length < 200) {
          const page = await poll(base, run, query);
          seen.push(...indicesOf(page));
          query = `timeoutMs=30000&after=${page.next}`;
        }
        await appended;
        assert.deepEqual(seen, numbers(1, 200));
      },
    },
    {
      name: "refuses to wait for more than 30 s, and what pages refuse",
      run: async (base) => {
        const url = `${base}/v1/${freshRun()}/poll`;
        for (const text of ["30001", "-1", "soon"]) {
          const answer = await get<Problem>(`${url}?timeoutMs=${text}`);
          expectProblem(answer, "bad-parameter", { status: 400, pointer: "/query/timeoutMs" });
        }
        const malformed = await get<Problem>(`${url}?after=x`);
        expectProblem(malformed, "bad-cursor", { status: 400, pointer: "/query/after" });
        const ahead = await get<Problem>(`${url}?after=999999999999`);
        expectProblem(ahead, "cursor-ahead", { status: 400 });
      },
    },
  ],
};
